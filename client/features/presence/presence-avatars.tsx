import { initials } from '@/lib/initials.js';
import { personColor } from '@/lib/person-color.js';
import type { PresentPerson } from './people-of.js';
import './presence-avatars.css';

const SHOWN = 5;

type Props = {
  people: readonly PresentPerson[];
  ownId?: string | null;
  followedId?: string | null;
  /** Where there is somewhere to follow somebody to. */
  onFollow?: (personId: string) => void;
};

/** Who is there: one avatar a person. Another's is pressed to follow him. */
export function PresenceAvatars({ people, ownId = null, followedId = null, onFollow }: Props) {
  const shown = people.slice(0, SHOWN);
  return (
    <ul className="avatars" aria-label="People here">
      {shown.map(({ person, path, idle, connections }) => {
        const tabs = connections > 1 ? `, ${connections} tabs` : '';
        const where = `${person.name}${path ? `, in ${path}` : ''}${idle ? ', idle' : ''}${tabs}`;
        const mayFollow = onFollow !== undefined && person.id !== ownId;
        const label = mayFollow ? `${where}. Follow` : where;
        const face = (
          <>
            <span aria-hidden="true">{initials(person.name)}</span>
            <span className="avatar-label">{label}</span>
          </>
        );
        const look = { background: personColor(person.color) };
        return (
          <li key={person.id} className="avatar-item" title={label}>
            {mayFollow ? (
              <button
                type="button"
                className="avatar"
                data-idle={idle}
                style={look}
                aria-pressed={person.id === followedId}
                onClick={() => onFollow(person.id)}
              >
                {face}
              </button>
            ) : (
              <span className="avatar" data-idle={idle} style={look}>
                {face}
              </span>
            )}
          </li>
        );
      })}
      {people.length > SHOWN && <li className="avatar avatar-more">+{people.length - SHOWN}</li>}
    </ul>
  );
}
