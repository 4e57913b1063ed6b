import { HistoryIcon } from '@primer/octicons-react';
import { IconButton, RelativeTime, VisuallyHidden } from '@primer/react';
import type { WorkspaceEvent } from '@protocol/event.js';
import type { EditSession } from '@protocol/history.js';
import { useEffect, useRef } from 'react';
import { personColor } from '@/lib/person-color.js';
import { aboutFolder, pastPathOf } from './event-past.js';
import { eventSentence } from './event-sentence.js';

/** An event to go to; another object each time, be it the same event. */
export type SoughtEvent = { seq: number };

type Props = {
  event: WorkspaceEvent;
  edit: EditSession | undefined;
  sought: SoughtEvent | null;
  /** The file that is open: what happened to all of them is shown in it. */
  openPath: string | null;
  isFolder: (path: string) => boolean;
  onOpen: (path: string) => void;
  onShowPast: (path: string, seq: number) => void;
};

/** One event: who, what, where and when, and the way to the file as it was then. */
export function EventRow({ event, edit, sought, openPath, isFolder, onOpen, onShowPast }: Props) {
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (!sought) return;
    row.current?.scrollIntoView({ block: 'center' });
    row.current?.focus({ preventScroll: true });
  }, [sought]);
  const { words, path, url } = eventSentence(event);
  const color = event.actor.kind === 'person' ? personColor(event.actor.color) : 'var(--fgColor-muted)';
  const pastPath = pastPathOf(event, openPath, isFolder);
  const typed = edit && typedWords(edit);
  return (
    <li
      ref={row}
      className="event-row"
      tabIndex={sought ? -1 : undefined}
      aria-current={sought ? 'true' : undefined}
    >
      <span className="event-dot" style={{ background: color }} aria-hidden="true" />
      <span className="event-words">
        <strong>{event.actor.name}</strong>{' '}
        {url === undefined ? (
          words
        ) : (
          <a href={url} target="_blank" rel="noreferrer">
            {words}
          </a>
        )}{' '}
        {path !== undefined &&
          (aboutFolder(event) || isFolder(path) ? (
            path
          ) : (
            <button type="button" className="event-path" onClick={() => onOpen(path)}>
              {path}
            </button>
          ))}
        {typed && (
          <span className="event-typed">
            {' '}
            {typed}
            <VisuallyHidden> characters</VisuallyHidden>
          </span>
        )}
      </span>
      <RelativeTime className="event-time" date={new Date(event.createdAt)} format="micro" />
      {pastPath !== null && (
        <IconButton
          className="event-past"
          icon={HistoryIcon}
          size="small"
          variant="invisible"
          aria-label={`See ${pastPath} as it was then`}
          onClick={() => onShowPast(pastPath, event.seq)}
        />
      )}
    </li>
  );
}

function typedWords({ inserted, deleted }: EditSession): string {
  const parts = [inserted > 0 && `+${inserted}`, deleted > 0 && `−${deleted}`].filter(Boolean);
  return parts.join(' ');
}
