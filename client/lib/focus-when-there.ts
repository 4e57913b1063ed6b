/** What was asked for may have to be fetched first; later than this it would surprise. */
const PATIENCE_MS = 4_000;

/** Puts the keyboard into what `find` finds, as soon as it is there, unless it has been put elsewhere meanwhile. */
export function focusWhenThere(find: () => HTMLElement | null): void {
  const before = document.activeElement;
  const attempt = (): boolean => {
    const now = document.activeElement;
    if (now !== before && now !== document.body) return true;
    const found = find();
    found?.focus();
    return found !== null;
  };
  const observer = new MutationObserver(() => {
    if (attempt()) observer.disconnect();
  });
  requestAnimationFrame(() => {
    if (attempt()) return;
    observer.observe(document.body, { childList: true, subtree: true });
    setTimeout(() => observer.disconnect(), PATIENCE_MS);
  });
}
