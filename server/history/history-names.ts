import type { FileName, PlaceRow } from './history.repository.js';

/** What a file was called while it had a document, by where that stood. */
export function documentNames(places: readonly PlaceRow[]): FileName[] {
  // Of several in one transaction the last counts.
  const settled = places.filter((place, at) => places[at + 1]?.eventSeq !== place.eventSeq);
  return settled.map(({ path, eventSeq: from }, at) => ({
    path,
    from,
    until: settled[at + 1]?.eventSeq ?? null,
  }));
}

/** The same with the name it was asked for by, before it had that and after it was deleted. */
export function askedNames(path: string, names: readonly FileName[]): FileName[] {
  if (names.some((name) => name.path === path && name.until === null)) return [...names];
  return [...names, { path, from: 0, until: null }];
}

/** What it was called after an event. */
export function nameAt(names: readonly FileName[], eventSeq: number): string | undefined {
  return (names.findLast(({ from }) => from <= eventSeq) ?? names[0])?.path;
}
