import { GitBranchIcon, ShieldLockIcon } from '@primer/octicons-react';
import { Label, RelativeTime } from '@primer/react';
import type { Branch } from '@protocol/repository.js';
import type { Person } from '@protocol/user.js';
import type { ComboOption } from '@/components/combo-list.js';
import { Faces } from '@/components/faces.js';

/** A room of this repository that one was in. */
export type RecentRoom = { branch: string; changes: number; people: readonly Person[] };

export function branchOption(
  branch: Branch,
  current: string | undefined,
  onChoose: (branch: string) => void,
  currentWord = 'you are here',
): ComboOption {
  const { name, committedAt, isDefault, people } = branch;
  return {
    id: `branch ${name}`,
    icon: branch.protected ? <ShieldLockIcon aria-label="Protected" /> : <GitBranchIcon />,
    label: name,
    detail: committedAt && (
      <>
        Last commit <RelativeTime date={new Date(committedAt)} />
      </>
    ),
    isCurrent: name === current,
    trailing: (
      <>
        <Faces people={people} />
        {branch.protected && <Label>protected</Label>}
        {isDefault && <Label>default</Label>}
        {name === current && <Label>{currentWord}</Label>}
      </>
    ),
    onPick: () => onChoose(name),
  };
}

export function recentOption(room: RecentRoom, onChoose: (branch: string) => void): ComboOption {
  return {
    id: `recent ${room.branch}`,
    icon: <GitBranchIcon />,
    label: room.branch,
    detail: room.changes > 0 ? `${room.changes} uncommitted` : undefined,
    trailing: <Faces people={room.people} />,
    onPick: () => onChoose(room.branch),
  };
}
