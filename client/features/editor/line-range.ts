/**
 * The lines a link names, as GitHub writes them.
 *
 * EDT1 `#L10` and `#L10-L20` select lines; anything else selects nothing.
 */
export type LineRange = { from: number; to: number };

export function parseLineRange(hash: string): LineRange | null {
  const found = /^#L(\d{1,7})(?:-L?(\d{1,7}))?$/.exec(hash);
  if (!found) return null;
  const from = Number(found[1]);
  const to = Number(found[2] ?? from);
  return from >= 1 && to >= from ? { from, to } : null;
}

export function formatLineRange({ from, to }: LineRange): string {
  return from === to ? `#L${from}` : `#L${from}-L${to}`;
}
