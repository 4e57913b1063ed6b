import { GitCommitIcon, HistoryIcon, LinkExternalIcon, XIcon } from '@primer/octicons-react';
import { AnchoredOverlay, Button, IconButton, Link, RelativeTime } from '@primer/react';
import type { LineWriting } from '@protocol/lines.js';
import { useId, useRef, type RefObject } from 'react';
import { initials } from '@/lib/initials.js';
import type { LineAuthors } from './line-authors.js';
import { useKnownLine, useLinesProblem } from './use-line-view.js';
import { BEING_WRITTEN, colorOf, nameOf, whenOf } from './writing-words.js';
import './line-popover.css';

type Props = {
  line: number;
  authors: LineAuthors | null;
  ownId: string | undefined;
  anchor: RefObject<HTMLElement | null>;
  onClose: () => void;
  onShowEvent: (seq: number) => void;
};

/** Who wrote a line, when, and where it is told of. */
export function LinePopover({ line, authors, ownId, anchor, onClose, onShowEvent }: Props) {
  const known = useKnownLine(authors, line);
  const problem = useLinesProblem(authors);
  const heading = useId();
  const start = useRef<HTMLHeadingElement>(null);
  const removals = authors?.removedAt(line) ?? [];
  const writings = known?.writings ?? [];
  const shown = { ownId, onShowEvent };
  return (
    <AnchoredOverlay
      open
      renderAnchor={null}
      anchorRef={anchor}
      width="medium"
      onClose={onClose}
      focusTrapSettings={{ initialFocusRef: start }}
      overlayProps={{ role: 'dialog', 'aria-labelledby': heading, className: 'line-popover' }}
    >
      <h2 ref={start} id={heading} tabIndex={-1}>
        Line {line}
      </h2>
      {writings.length > 0 ? (
        <ul className="line-writings" aria-label="Who wrote it">
          {writings.map((writing, at) => (
            <Writing key={`${at} ${writing.at}`} writing={writing} {...shown} />
          ))}
        </ul>
      ) : (
        <p className="line-popover-words" role="status">
          {wordsOfNothing(authors, known?.isFresh ?? false, problem)}
        </p>
      )}
      {removals.map(({ after, count, writing }) => (
        <section key={after} className="line-removal">
          <h3>
            {count === 1 ? '1 line was' : `${count} lines were`} deleted {after < line ? 'above' : 'below'}{' '}
            this one
          </h3>
          {writing ? (
            <ul className="line-writings" aria-label="Who deleted it">
              <Writing writing={writing} {...shown} />
            </ul>
          ) : (
            <p className="line-popover-words">Nobody knows any more who did.</p>
          )}
        </section>
      ))}
      <IconButton
        className="line-popover-close"
        icon={XIcon}
        size="small"
        variant="invisible"
        aria-label="Close"
        onClick={onClose}
      />
    </AnchoredOverlay>
  );
}

function wordsOfNothing(authors: LineAuthors | null, isFresh: boolean, problem: string | null): string {
  if (problem !== null) return problem;
  if (!authors?.isKnown) return 'Looking up who wrote it…';
  if (isFresh) return `${BEING_WRITTEN} by somebody right now.`;
  return authors.hasBlame
    ? 'There is nothing in this line that somebody wrote.'
    : 'This line is committed, and GitHub did not say who wrote it. It is asked again when the file changes.';
}

type WritingProps = {
  writing: LineWriting;
  ownId: string | undefined;
  onShowEvent: (seq: number) => void;
};

function Writing({ writing, ownId, onShowEvent }: WritingProps) {
  const { actor, at, commit, eventSeq } = writing;
  const color = colorOf(actor);
  return (
    <li className="line-writing">
      <span
        className="line-face"
        style={color === null ? undefined : { background: color, color: 'var(--person-text)' }}
        aria-hidden="true"
      >
        {initials(actor.name)}
      </span>
      <div className="line-writing-words">
        <p>
          <strong>{nameOf(actor, ownId)}</strong>{' '}
          <span className="muted">
            <RelativeTime date={new Date(at)} tense="past" /> · {whenOf(at)}
          </span>
        </p>
        {commit ? (
          <p>
            <GitCommitIcon />{' '}
            {commit.url === null || eventSeq === null ? (
              <code>{commit.sha.slice(0, 7)}</code>
            ) : (
              <Link href={commit.url} target="_blank" rel="noreferrer" inline>
                {commit.sha.slice(0, 7)}
              </Link>
            )}{' '}
            {commit.subject}
          </p>
        ) : (
          <p className="muted">Not committed</p>
        )}
        {eventSeq !== null ? (
          <Button size="small" leadingVisual={HistoryIcon} onClick={() => onShowEvent(eventSeq)}>
            Show in activity
          </Button>
        ) : (
          commit && <Untold url={commit.url} />
        )}
      </div>
    </li>
  );
}

/** Of a commit that came without an event of its own, what there is instead: the commit itself. */
function Untold({ url }: { url: string | null }) {
  return (
    <>
      <p className="muted">The activity here has nothing of this commit.</p>
      {url !== null && (
        <Button
          as="a"
          size="small"
          leadingVisual={LinkExternalIcon}
          href={url}
          target="_blank"
          rel="noreferrer"
        >
          See the commit on GitHub
        </Button>
      )}
    </>
  );
}
