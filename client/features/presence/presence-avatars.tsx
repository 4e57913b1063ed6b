import { initials } from '@/lib/initials.js';
import { personColor } from '@/lib/person-color.js';
import type { PresentPerson } from './people-of.js';
import './presence-avatars.css';

const SHOWN = 5;

/** Who is there: one avatar a person. */
export function PresenceAvatars({ people }: { people: readonly PresentPerson[] }) {
  const shown = people.slice(0, SHOWN);
  return (
    <ul className="avatars" aria-label="People here">
      {shown.map(({ person, path, idle, connections }) => {
        const tabs = connections > 1 ? `, ${connections} tabs` : '';
        const label = `${person.name}${path ? `, in ${path}` : ''}${idle ? ', idle' : ''}${tabs}`;
        return (
          <li
            key={person.id}
            className="avatar"
            data-idle={idle}
            style={{ background: personColor(person.color) }}
            title={label}
          >
            <span aria-hidden="true">{initials(person.name)}</span>
            <span className="avatar-label">{label}</span>
          </li>
        );
      })}
      {people.length > SHOWN && <li className="avatar avatar-more">+{people.length - SHOWN}</li>}
    </ul>
  );
}
