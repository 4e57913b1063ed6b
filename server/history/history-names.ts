import type { FileName, PlaceRow } from './history.repository.js';

/**
 * What a file was called and when, by where its document stood. Before it had
 * one, and after it was deleted, it is known by the name it was asked for by
 * and by the first and last it had.
 */
export function fileNames(path: string, places: readonly PlaceRow[]): FileName[] {
  const names: FileName[] = [];
  // Of several in one transaction the last counts.
  const settled = places.filter((place, at) => places[at + 1]?.eventSeq !== place.eventSeq);
  settled.forEach((place, at) => {
    const from = at === 0 ? 0 : place.eventSeq;
    const until = settled[at + 1]?.eventSeq ?? null;
    names.push({ path: place.path, from, until });
  });
  if (!names.some((name) => name.path === path && name.until === null))
    names.push({ path, from: 0, until: null });
  return names;
}

/** What a file was called before a move of it, or of a folder that it is in. */
export function nameBefore(name: string, { from, to }: { from: string; to: string }): string {
  if (name === to) return from;
  return name.startsWith(`${to}/`) ? from + name.slice(to.length) : name;
}
