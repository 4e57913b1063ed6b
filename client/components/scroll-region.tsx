import type { ReactNode } from 'react';

type Props = { label: string; className: string; children: ReactNode };

/** What may be larger than its place: scrolled by keyboard too, and named. */
export function ScrollRegion({ label, className, children }: Props) {
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- or the keyboard could not scroll it
    <div className={className} tabIndex={0} role="region" aria-label={label}>
      {children}
    </div>
  );
}
