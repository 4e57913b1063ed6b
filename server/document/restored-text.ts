import * as Y from 'yjs';

/** A part of what was deleted: characters of one client, one after the other. */
export type DeletedPart = { id: { client: number; clock: number }; length: number };

/** What is known of deleted characters. */
export type Tombstones = {
  /** What tells one deletion from another; 0 where it was brought back already. */
  deletionOf: (client: number, clock: number) => number;
  /** Whether whoever typed it took it away in one go: nobody saw it. */
  isOfOneWriting: (client: number, clock: number) => boolean;
  /** What a client typed in a row, if all of it is deleted. */
  textAt: (client: number, clock: number, length: number) => string | null;
};

/** How far is looked for what comes back: typing beside much that was deleted costs no more than this. UTF-16 units. */
const reachFor = (text: string) => text.length * 4 + 1_000;

/**
 * What an inserted item brings back. Yjs puts what an undo brings back right
 * before what was deleted, an item for an item. An edit of the text comes
 * after what was deleted there, and has to say all that one deletion took.
 */
export function restoredFrom(item: Y.Item, tombstones: Tombstones): DeletedPart[] | null {
  if (item.deleted || !(item.content instanceof Y.ContentString)) return null;
  const { str } = item.content;
  const origin = item.rightOrigin;
  if (origin && tombstones.textAt(origin.client, origin.clock, str.length) === str)
    return [{ id: { client: origin.client, clock: origin.clock }, length: str.length }];
  if (!item.left?.deleted && !item.right?.deleted) return null;
  const before = deletedBeside(item, 'left', str, tombstones).toReversed();
  const last = before.at(-1 - str.length)?.deletion;
  const retyped = last === before.at(-str.length)?.deletion ? null : joined(before.slice(-str.length), str);
  return retyped ?? wholeDeletion([...before, ...deletedBeside(item, 'right', str, tombstones)], str);
}

type Deleted = { client: number; clock: number; letter: string; deletion: number };

/** The nearest first. */
function deletedBeside(
  item: Y.Item,
  side: 'left' | 'right',
  text: string,
  { deletionOf, isOfOneWriting }: Tombstones,
): Deleted[] {
  const found: Deleted[] = [];
  let left = reachFor(text);
  for (let next = item[side]; next?.deleted && left > 0; next = next[side]) {
    if (!(next.content instanceof Y.ContentString)) break;
    const { client, clock } = next.id;
    const { str } = next.content;
    for (let step = 0; step < str.length && left > 0; step++, left--) {
      const at = side === 'right' ? step : str.length - 1 - step;
      const deletion = deletionOf(client, clock + at);
      if (deletion === 0 || isOfOneWriting(client, clock + at)) continue;
      found.push({ client, clock: clock + at, letter: str[at]!, deletion });
    }
  }
  return found;
}

/** All that one deletion took from here, whatever else is gone between. */
function wholeDeletion(gap: readonly Deleted[], text: string): DeletedPart[] | null {
  if (gap.length < text.length) return null;
  const deletions = new Set(gap.map(({ deletion }) => deletion));
  for (const deletion of [...deletions].toSorted((one, other) => other - one)) {
    const found = joined(
      gap.filter((each) => each.deletion === deletion),
      text,
    );
    if (found) return found;
  }
  return null;
}

/** These characters as parts, where they say this. */
function joined(deleted: readonly Deleted[], text: string): DeletedPart[] | null {
  if (deleted.length !== text.length) return null;
  const parts: DeletedPart[] = [];
  for (const [index, { client, clock, letter }] of deleted.entries()) {
    if (letter !== text[index]) return null;
    const part = parts.at(-1);
    if (part?.id.client === client && part.id.clock + part.length === clock) part.length++;
    else parts.push({ id: { client, clock }, length: 1 });
  }
  return parts;
}
