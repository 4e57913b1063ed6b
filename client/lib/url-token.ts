let taken: string | undefined;

/**
 * The secret in the address's fragment, which is removed from the address and
 * the history at once. The same for every caller until the page is left.
 */
export function takeUrlToken(): string {
  if (taken === undefined) {
    taken = window.location.hash.slice(1);
    if (taken !== '')
      window.history.replaceState(
        window.history.state,
        '',
        window.location.pathname + window.location.search,
      );
  }
  return taken;
}
