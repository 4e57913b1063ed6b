import { ChevronDownIcon, ChevronRightIcon } from '@primer/octicons-react';
import { Button, ConfirmationDialog, Flash, FormControl, IconButton, TextInput } from '@primer/react';
import type { SearchQuery } from '@protocol/search.js';
import { useState } from 'react';
import { toast } from '@/components/toaster.js';
import type { Room } from '@/lib/room/room.js';
import { replaceInDocuments } from './replace-in-documents.js';
import { SearchResults } from './search-results.js';
import { useSearch } from './use-search.js';
import './search-panel.css';

const SWITCHES = [
  { name: 'caseSensitive', sign: 'Aa', label: 'Match case' },
  { name: 'wholeWord', sign: 'ab', label: 'Match whole words' },
  { name: 'regex', sign: '.*', label: 'Use a regular expression' },
] as const;

export const emptyQuery: SearchQuery = {
  query: '',
  regex: false,
  caseSensitive: false,
  wholeWord: false,
  include: '',
  exclude: '',
};

type Props = {
  workspaceId: string;
  room: Room;
  writable: boolean;
  /** Kept by the page, so that looking at something else forgets nothing. */
  query: SearchQuery;
  onQuery: (query: SearchQuery) => void;
  onOpen: (path: string, line: number) => void;
};

/** Finds text in the whole branch, what is not committed included, and replaces it in the live files. */
export function SearchPanel({ workspaceId, room, writable, query, onQuery, onOpen }: Props) {
  const [replacement, setReplacement] = useState('');
  const [replaces, setReplaces] = useState(false);
  const [confirming, setConfirming] = useState(false);
  const [replacing, setReplacing] = useState(false);
  const search = useSearch(workspaceId, query);
  const found = query.query === '' ? undefined : search.data;
  const lines = found?.files.reduce((sum, file) => sum + file.lines.length, 0) ?? 0;
  const set = (change: Partial<SearchQuery>): void => onQuery({ ...query, ...change });
  const replaceAll = async (): Promise<void> => {
    if (!found) return;
    setReplacing(true);
    const paths = found.files.map((file) => file.path);
    const { places, files, left, undo } = await replaceInDocuments(room, paths, query, replacement);
    setReplacing(false);
    void search.refetch();
    const kept =
      left.length > 0 ? ` Left as they are, because they cannot be edited: ${left.join(', ')}.` : '';
    toast({
      message: `Replaced ${count(places, 'place')} in ${count(files, 'file')}.${kept}`,
      action: files > 0 ? { label: 'Undo', onAction: undo } : undefined,
    });
  };
  return (
    <section className="search-panel" aria-label="Search">
      <div className="search-form" data-writable={writable}>
        <div className="search-line">
          {writable && (
            <IconButton
              icon={replaces ? ChevronDownIcon : ChevronRightIcon}
              size="small"
              variant="invisible"
              aria-label={replaces ? 'Search only' : 'Replace, too'}
              aria-expanded={replaces}
              onClick={() => setReplaces(!replaces)}
            />
          )}
          <TextInput
            block
            className="search-query"
            aria-label="Search in files"
            placeholder="Search in files"
            value={query.query}
            spellCheck={false}
            autoComplete="off"
            maxLength={1_000}
            loading={search.isFetching && query.query !== ''}
            onChange={(event) => set({ query: event.target.value })}
            onKeyDown={(event) => event.key === 'Enter' && void search.refetch()}
          />
        </div>
        {replaces && (
          <div className="search-line search-replacement">
            <TextInput
              block
              aria-label="Replace by"
              placeholder="Replace by"
              value={replacement}
              spellCheck={false}
              autoComplete="off"
              onChange={(event) => setReplacement(event.target.value)}
            />
            <Button
              disabled={lines === 0 || (found?.truncated ?? true)}
              loading={replacing}
              onClick={() => setConfirming(true)}
            >
              Replace all
            </Button>
          </div>
        )}
        <div className="search-switches" role="group" aria-label="How to search">
          {SWITCHES.map(({ name, sign, label }) => (
            <Button
              key={name}
              size="small"
              variant={query[name] ? 'default' : 'invisible'}
              aria-pressed={query[name]}
              aria-label={label}
              title={label}
              onClick={() => set({ [name]: !query[name] })}
            >
              {sign}
            </Button>
          ))}
        </div>
        <details>
          <summary>Files to include or leave out</summary>
          <FormControl>
            <FormControl.Label>Include</FormControl.Label>
            <TextInput
              block
              size="small"
              placeholder="src, *.ts"
              value={query.include}
              maxLength={500}
              onChange={(event) => set({ include: event.target.value })}
            />
          </FormControl>
          <FormControl>
            <FormControl.Label>Leave out</FormControl.Label>
            <TextInput
              block
              size="small"
              placeholder="dist, *.lock"
              value={query.exclude}
              maxLength={500}
              onChange={(event) => set({ exclude: event.target.value })}
            />
          </FormControl>
        </details>
      </div>
      {search.error && <Flash variant="danger">{search.error.message}</Flash>}
      <p className="search-count" role="status">
        {found && !search.error && `${count(lines, 'line')} in ${count(found.files.length, 'file')}`}
        {found?.truncated && '. There are more: make the search narrower to see or replace them all'}
      </p>
      {found && !search.error && (
        <SearchResults
          found={found}
          query={query}
          replacement={replaces && replacement !== '' ? replacement : null}
          onOpen={onOpen}
        />
      )}
      {confirming && found && (
        <ConfirmationDialog
          title={`Replace in ${count(found.files.length, 'file')}?`}
          confirmButtonContent="Replace all"
          onClose={(gesture) => {
            setConfirming(false);
            if (gesture === 'confirm') void replaceAll();
          }}
        >
          {replacement === ''
            ? `What was found on ${count(lines, 'line')} is taken away.`
            : `What was found on ${count(lines, 'line')} becomes what the list shows.`}{' '}
          Everybody sees it at once, and you can undo it. Nothing is committed.
        </ConfirmationDialog>
      )}
    </section>
  );
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
