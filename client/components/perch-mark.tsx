/** A bird on a branch. */
export function PerchMark({ size = 20 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <path d="M1 12.5h14" stroke="var(--fgColor-attention)" strokeWidth="1.6" strokeLinecap="round" />
      <path
        d="M4 11c-1.6-3.6.4-7.4 4-7.4 1.5 0 2.7.6 3.4 1.6l2.6 1-2.3.9C11.6 9.5 9.900 11 7.5 11z"
        fill="var(--fgColor-accent)"
      />
      <circle cx="9.6" cy="5.9" r=".8" fill="var(--bgColor-default)" />
    </svg>
  );
}
