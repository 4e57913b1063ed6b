import type { FileLines, LineWriting } from '@protocol/lines.js';
import type { Actor } from '@protocol/user.js';

/** What is known of who wrote a line; the same object for lines of the same writings. */
export type KnownLine = {
  /** Neighbours of the same key are shown as one: the same author, and the same commit or none. */
  key: string;
  /** The latest first; none of a line that nobody can tell of. */
  writings: readonly LineWriting[];
  /** Typed here since the server was last asked. */
  isFresh: boolean;
};
/** Lines that were deleted after a line (0 is before the first). */
export type KnownRemoval = { after: number; count: number; writing: LineWriting | null };
export type KnownLines = { lines: KnownLine[]; removals: KnownRemoval[]; hasBlame: boolean };

/** A change of the text as its editor tells it, lines from 1 as they were before it. */
export type LineChange = {
  first: number;
  last: number;
  /** How many lines there are in place of these. */
  count: number;
  /** Whether the first, or the last, of these lines is one of those that were there. */
  keepsFirst: boolean;
  keepsLast: boolean;
};

const UNKNOWN: KnownLine = { key: '', writings: [], isFresh: false };
/** Somebody else has just written it; who, the server is about to be asked. */
export const BY_OTHERS: KnownLine = { key: 'others', writings: [], isFresh: true };

export function ownLine(actor: Actor, at: Date): KnownLine {
  const writing = { actor, at: at.toISOString(), commit: null, eventSeq: null };
  return { key: keyOf(writing), writings: [writing], isFresh: true };
}

export function knownLines(told: FileLines): KnownLines {
  const lines = Array.from({ length: told.lineCount }, () => UNKNOWN);
  for (const { from, count, writings: indexes } of told.runs) {
    const writings = indexes.map((index) => told.writings[index]!);
    lines.fill({ key: keyOf(writings[0]!), writings, isFresh: false }, from - 1, from - 1 + count);
  }
  const removals = told.removals.map(({ after, count, writing }) => ({
    after,
    count,
    writing: writing === null ? null : told.writings[writing]!,
  }));
  return { lines, removals, hasBlame: told.hasBlame };
}

/** Carries on what is known over a change of the text, whose new lines are `fresh`. */
export function carryOver(known: KnownLines, change: LineChange, fresh: KnownLine): void {
  const { first, last, count, keepsFirst, keepsLast } = change;
  const { lines, removals } = known;
  const made = Array.from({ length: count }, () => fresh);
  if (keepsFirst) made[0] = lines[first - 1] ?? fresh;
  if (keepsLast) made[count - 1] = lines[last - 1] ?? fresh;
  const shift = count - (last - first + 1);
  if (shift === 0) {
    for (const [at, line] of made.entries()) lines[first - 1 + at] = line;
    return;
  }
  // A large text has more lines than a call takes arguments.
  known.lines = [...lines.slice(0, first - 1), ...made, ...lines.slice(last)];
  for (const removal of removals)
    if (removal.after >= last) removal.after += shift;
    else if (removal.after > first) removal.after = first;
}

function keyOf({ actor, commit }: LineWriting): string {
  return `${whoOf(actor)} ${commit?.sha ?? ''}`;
}

function whoOf(actor: Actor): string {
  return actor.kind === 'person' ? actor.id : actor.name;
}
