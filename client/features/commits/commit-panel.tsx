import { AlertIcon, GitCommitIcon, UndoIcon } from '@primer/octicons-react';
import { Button, Checkbox, Flash, FormControl, IconButton, Link, Textarea } from '@primer/react';
import { Blankslate } from '@primer/react/experimental';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import type { CommitPreview } from '@protocol/commit.js';
import type { FileChange } from '@protocol/file.js';
import { useRef, useState, type KeyboardEvent } from 'react';
import { toast } from '@/components/toaster.js';
import { request } from '@/lib/http.js';
import { useRoom } from '@/lib/room-context.js';
import { CommitSignatures } from './commit-signatures.js';
import './commit-panel.css';

const LETTERS: Record<FileChange['status'], string> = {
  added: 'A',
  modified: 'M',
  deleted: 'D',
  renamed: 'R',
};

const CONFLICT_WORDS = 'has a conflict: resolve it before committing';

/** How long a commit waits for the last keys to be stored. */
const SAVED_WITHIN_MS = 10_000;

type Props = {
  workspaceId: string;
  branch: string;
  changes: readonly FileChange[];
  /** Files that wait for a decision: they are not committed before. */
  conflictPaths: ReadonlySet<string>;
  writable: boolean;
  onShowDiff: (path: string) => void;
  onDiscard: (path: string) => void;
  onCommitted: (paths: readonly string[]) => void;
};

/** What a commit would hold, its message, and whose names will be in it. */
export function CommitPanel({
  workspaceId,
  branch,
  changes,
  conflictPaths,
  writable,
  onShowDiff,
  onDiscard,
  onCommitted,
}: Props) {
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [message, setMessage] = useState('');
  const room = useRoom();
  const section = useRef<HTMLElement>(null);
  const paths = changes
    .map((change) => change.path)
    .filter((path) => !left.has(path) && !conflictPaths.has(path));
  const preview = useQuery({
    queryKey: ['commit-preview', workspaceId, changes, paths],
    enabled: writable && paths.length > 0,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      request('POST /api/workspaces/:id/commit/preview', {
        params: { id: workspaceId },
        body: { paths },
        signal,
      }),
  });
  const commit = useMutation({
    mutationFn: async (shown: CommitPreview) => {
      // What is on the screen is what is committed.
      await room.whenSaved(SAVED_WITHIN_MS);
      const shownEmails = [shown.author, ...shown.coAuthors].map(({ email }) => email);
      const body = { message, paths, shownEmails };
      return request('POST /api/workspaces/:id/commit', { params: { id: workspaceId }, body });
    },
    onError: () => void preview.refetch(),
    onSuccess: ({ sha, committedPaths }) => {
      setMessage('');
      setLeft(new Set());
      onCommitted(committedPaths);
      // What was pressed is gone in a moment, or has nothing to press for.
      if (section.current?.contains(document.activeElement)) section.current.focus();
      const files = committedPaths.length === 1 ? '1 file' : `${committedPaths.length} files`;
      toast({ message: `Committed ${files} to ${branch} as ${sha.slice(0, 7)}.`, tone: 'success' });
    },
  });
  if (changes.length === 0) {
    return (
      <section ref={section} tabIndex={-1} aria-label="Changes">
        <Blankslate narrow>
          <Blankslate.Visual>
            <GitCommitIcon size="medium" />
          </Blankslate.Visual>
          <Blankslate.Heading as="h2">Nothing to commit</Blankslate.Heading>
          <Blankslate.Description>
            What anybody edits here shows up in this list until it is committed.
          </Blankslate.Description>
        </Blankslate>
      </section>
    );
  }
  const shown = preview.isPlaceholderData ? undefined : preview.data;
  const ready = message.trim() !== '' && paths.length > 0 && shown !== undefined;
  const send = (): void => {
    if (ready && !commit.isPending) commit.mutate(shown);
  };
  const keys = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send();
  };
  const toggle = (path: string): void => {
    const next = new Set(left);
    if (!next.delete(path)) next.add(path);
    setLeft(next);
  };
  return (
    <section ref={section} tabIndex={-1} className="commit-panel" aria-label="Changes">
      <header className="panel-header">
        <h2>{changes.length === 1 ? '1 changed file' : `${changes.length} changed files`}</h2>
      </header>
      <ul className="change-list">
        {changes.map((change) => (
          <li key={change.path} className="change-row">
            {writable && (
              <Checkbox
                checked={!left.has(change.path) && !conflictPaths.has(change.path)}
                disabled={conflictPaths.has(change.path)}
                onChange={() => toggle(change.path)}
                aria-label={`Include ${change.path}${conflictPaths.has(change.path) ? ', which has a conflict' : ''}`}
              />
            )}
            <button
              type="button"
              className="change-path"
              onClick={() => onShowDiff(change.path)}
              title={change.path}
            >
              <span className={`change-name change-${change.status}`}>{change.path}</span>
              {change.fromPath && <span className="muted"> from {change.fromPath}</span>}
            </button>
            {conflictPaths.has(change.path) && (
              <span className="change-conflict" role="img" aria-label={CONFLICT_WORDS} title={CONFLICT_WORDS}>
                <AlertIcon size={12} />
              </span>
            )}
            {change.additions !== null && (
              <span className="change-counts">
                <span className="change-added">+{change.additions}</span>{' '}
                <span className="change-removed">−{change.deletions}</span>
              </span>
            )}
            <span className={`file-mark change-${change.status}`} role="img" aria-label={change.status}>
              {LETTERS[change.status]}
            </span>
            {writable && (
              <IconButton
                icon={UndoIcon}
                size="small"
                variant="invisible"
                aria-label={`Discard changes in ${change.path}`}
                onClick={() => onDiscard(change.path)}
              />
            )}
          </li>
        ))}
      </ul>
      {writable && (
        <div className="commit-form" onKeyDown={keys}>
          {commit.error && (
            <Flash variant="danger" role="alert">
              {commit.error.message}
            </Flash>
          )}
          <FormControl>
            <FormControl.Label>Commit message</FormControl.Label>
            <Textarea
              block
              rows={3}
              resize="vertical"
              value={message}
              onChange={(event) => setMessage(event.target.value)}
            />
          </FormControl>
          {preview.data && <CommitSignatures preview={preview.data} />}
          {preview.error && (
            <Flash variant="warning">
              Whose names go into the commit could not be found out. {preview.error.message}
            </Flash>
          )}
          <Button
            variant="primary"
            block
            disabled={!ready && !commit.isPending}
            loading={commit.isPending}
            onClick={send}
          >
            {`Commit ${paths.length === 1 ? '1 file' : `${paths.length} files`} to ${branch}`}
          </Button>
          {commit.data?.url && (
            <Link href={commit.data.url} target="_blank" rel="noreferrer">
              See the last commit on GitHub
            </Link>
          )}
        </div>
      )}
    </section>
  );
}
