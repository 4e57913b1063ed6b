import type { LineWriting } from '@protocol/lines.js';
import type { Actor } from '@protocol/user.js';
import { personColor } from '@/lib/person-color.js';
import type { KnownLine } from './known-lines.js';

export const BEING_WRITTEN = 'Being written';

export function nameOf(actor: Actor, ownId: string | undefined): string {
  return actor.kind === 'person' && actor.id === ownId ? 'You' : actor.name;
}

/** Those who are no person here have none. */
export function colorOf(actor: Actor | undefined): string | null {
  return actor?.kind === 'person' ? personColor(actor.color) : null;
}

/** Where what was written is, in a word. */
export function whereOf({ commit }: Pick<LineWriting, 'commit'>): string {
  return commit ? commit.sha.slice(0, 7) : 'uncommitted';
}

export function whenOf(at: string): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

/** A line's author as it is read aloud. */
export function spokenLine(line: number, { writings }: KnownLine, ownId: string | undefined): string {
  const [latest] = writings;
  if (!latest) return `Line ${line}: ${BEING_WRITTEN.toLowerCase()}`;
  const others = writings.length > 1 ? ` and ${writings.length - 1} more` : '';
  const where = latest.commit ? `commit ${whereOf(latest)}` : 'uncommitted';
  return `Line ${line}: ${nameOf(latest.actor, ownId)}${others}, ${whenOf(latest.at)}, ${where}`;
}
