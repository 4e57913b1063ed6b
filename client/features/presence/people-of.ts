import type { Presence } from '@protocol/presence.js';
import type { Person } from '@protocol/user.js';

/** One person who is there, however many tabs he has open (PRS1). */
export type PresentPerson = { person: Person; connections: number; path: string | null; idle: boolean };

/** The people of a room, by name. Somebody is idle when all his tabs are; he is where his active tab is. */
export function peopleOf(present: Iterable<Presence>): PresentPerson[] {
  const people = new Map<string, PresentPerson>();
  for (const { person, path, idle } of present) {
    const known = people.get(person.id);
    if (!known) {
      people.set(person.id, { person, connections: 1, path, idle });
      continue;
    }
    known.connections++;
    if (known.path === null || (known.idle && !idle)) known.path = path ?? known.path;
    known.idle &&= idle;
  }
  return [...people.values()].sort((one, other) => one.person.name.localeCompare(other.person.name));
}
