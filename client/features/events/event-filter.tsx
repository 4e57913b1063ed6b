import { FilterIcon, XIcon } from '@primer/octicons-react';
import { ActionList, ActionMenu, Button, IconButton } from '@primer/react';
import { timelineKind, type TimelineKind } from '@protocol/history.js';
import type { EventFilter } from './use-events.js';

export const NO_FILTER: EventFilter = { kinds: [], person: null, path: null };

const KINDS: Record<TimelineKind, string> = {
  commits: 'Commits',
  pushes: 'Pushes',
  reviews: 'Pull requests and checks',
  edits: 'Edits',
  files: 'Files made, moved, deleted',
  conflicts: 'Conflicts',
  people: 'People who come and go',
  programs: 'Programs',
};

type Props = {
  filter: EventFilter;
  /** Who has done something of what is known. */
  people: readonly { id: string; name: string }[];
  /** The file that is open. */
  path: string | null;
  onFilter: (filter: EventFilter) => void;
};

/** What is wanted of the activity: some kinds, one person, the open file. */
export function EventFilterMenu({ filter, people, path, onFilter }: Props) {
  const { kinds, person } = filter;
  const toggle = (kind: TimelineKind): void =>
    onFilter({
      ...filter,
      kinds: kinds.includes(kind) ? kinds.filter((each) => each !== kind) : [...kinds, kind],
    });
  return (
    <ActionMenu>
      <ActionMenu.Anchor>
        <IconButton icon={FilterIcon} size="small" variant="invisible" aria-label="Filter the activity" />
      </ActionMenu.Anchor>
      <ActionMenu.Overlay width="medium">
        <ActionList selectionVariant="multiple">
          <ActionList.Group>
            <ActionList.GroupHeading>Show</ActionList.GroupHeading>
            {timelineKind.options.map((kind) => (
              <ActionList.Item key={kind} selected={kinds.includes(kind)} onSelect={() => toggle(kind)}>
                {KINDS[kind]}
              </ActionList.Item>
            ))}
          </ActionList.Group>
          <ActionList.Group selectionVariant="single">
            <ActionList.GroupHeading>By</ActionList.GroupHeading>
            {people.map((each) => (
              <ActionList.Item
                key={each.id}
                selected={person?.id === each.id}
                onSelect={() => onFilter({ ...filter, person: person?.id === each.id ? null : each })}
              >
                {each.name}
              </ActionList.Item>
            ))}
          </ActionList.Group>
          {path !== null && (
            <ActionList.Group>
              <ActionList.GroupHeading>About</ActionList.GroupHeading>
              <ActionList.Item
                selected={filter.path === path}
                onSelect={() => onFilter({ ...filter, path: filter.path === path ? null : path })}
              >
                {path}
              </ActionList.Item>
            </ActionList.Group>
          )}
        </ActionList>
      </ActionMenu.Overlay>
    </ActionMenu>
  );
}

/** What it is filtered by, each to be taken away. */
export function FilterTokens({ filter, onFilter }: Pick<Props, 'filter' | 'onFilter'>) {
  const { kinds, person, path } = filter;
  const tokens = [
    ...kinds.map((kind) => ({
      words: KINDS[kind],
      without: { ...filter, kinds: kinds.filter((each) => each !== kind) },
    })),
    ...(person ? [{ words: `By ${person.name}`, without: { ...filter, person: null } }] : []),
    ...(path === null ? [] : [{ words: path, without: { ...filter, path: null } }]),
  ];
  if (tokens.length === 0) return null;
  return (
    <ul className="event-filters" aria-label="Filtered by">
      {tokens.map(({ words, without }) => (
        <li key={words}>
          <Button
            size="small"
            trailingVisual={XIcon}
            aria-label={`${words}: take the filter away`}
            onClick={() => onFilter(without)}
          >
            {words}
          </Button>
        </li>
      ))}
    </ul>
  );
}
