import type { Person } from '@protocol/user.js';
import { initials } from '@/lib/initials.js';
import { personColor } from '@/lib/person-color.js';
import './faces.css';

const SHOWN = 3;

/** Who is somewhere else now: to be seen, not pressed. */
export function Faces({ people }: { people: readonly Person[] }) {
  if (people.length === 0) return null;
  const names = people.map((each) => each.name).join(', ');
  return (
    <span className="faces" title={`${names} ${people.length === 1 ? 'is' : 'are'} there now`}>
      {people.slice(0, SHOWN).map((person) => (
        <span
          key={person.id}
          className="face"
          style={{ background: personColor(person.color) }}
          aria-hidden="true"
        >
          {initials(person.name)}
        </span>
      ))}
      {people.length > SHOWN && (
        <span className="face face-more" aria-hidden="true">
          +{people.length - SHOWN}
        </span>
      )}
      <span className="visually-hidden">{`${names} ${people.length === 1 ? 'is' : 'are'} there now`}</span>
    </span>
  );
}
