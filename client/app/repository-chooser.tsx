import { GitBranchIcon, RepoIcon } from '@primer/octicons-react';
import { Label } from '@primer/react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Repository } from '@protocol/repository.js';
import type { RecentWorkspace } from '@protocol/workspace.js';
import { useState } from 'react';
import { ComboList, type ComboGroup } from '@/components/combo-list.js';
import { Faces } from '@/components/faces.js';
import { Problem } from '@/components/problem.js';
import { request } from '@/lib/http.js';
import { useSettled } from '@/lib/use-settled.js';
import { recentWorkspaces } from './recent-workspaces.js';

const ROOMS_SHOWN = 5;

type Props = {
  onRepository: (repository: Repository) => void;
  /** Where rooms are to be chosen too: the ones one was in last come first. */
  onRoom?: (room: RecentWorkspace) => void;
};

/** Repositories, one's own and those the forge finds, and the rooms one was in last. */
export function RepositoryChooser({ onRepository, onRoom }: Props) {
  const [text, setText] = useState('');
  const query = useSettled(text.trim());
  const repositories = useQuery({
    queryKey: ['repositories', query],
    queryFn: ({ signal }) =>
      request('GET /api/repositories', { query: { query: query || undefined }, signal }),
    placeholderData: keepPreviousData,
  });
  const recent = useQuery({ ...recentWorkspaces, enabled: onRoom !== undefined });
  if (repositories.error && !repositories.data)
    return <Problem error={repositories.error} onRetry={() => void repositories.refetch()} />;
  const fits = (room: RecentWorkspace): boolean =>
    `${room.owner}/${room.repo} ${room.branch}`.toLowerCase().includes(text.trim().toLowerCase());
  const rooms = onRoom ? (recent.data ?? []).filter(fits).slice(0, ROOMS_SHOWN) : [];
  const pending = query !== text.trim() || repositories.isPending || repositories.isPlaceholderData;
  const found = repositories.data ?? [];
  const groups: ComboGroup[] = [
    {
      heading: 'Your rooms',
      options: rooms.map((room) => ({
        id: `room ${room.owner}/${room.repo} ${room.branch}`,
        icon: <GitBranchIcon />,
        label: room.branch,
        detail: `${room.owner}/${room.repo}${room.changes > 0 ? `, ${room.changes} uncommitted` : ''}`,
        trailing: <Faces people={room.people} />,
        onPick: () => onRoom?.(room),
      })),
    },
    {
      heading: 'Repositories',
      options: found.map((repository) => ({
        id: `repository ${repository.id}`,
        icon: <RepoIcon />,
        label: `${repository.owner}/${repository.repo}`,
        detail: repository.description ?? undefined,
        trailing: repository.private && <Label>private</Label>,
        onPick: () => onRepository(repository),
      })),
    },
  ];
  return (
    <ComboList
      label="Find a repository"
      placeholder="Find a repository"
      text={text}
      onText={setText}
      groups={groups}
      pending={pending}
      status={
        repositories.isPending
          ? 'Loading the repositories'
          : found.length > 0
            ? ''
            : query === ''
              ? 'There is no repository that you and Perch may both see. Whoever administers one can let you in, and Perch.'
              : `No repository has “${query}” in its name, or you may not see it.`
      }
      focusOnOpen
    />
  );
}
