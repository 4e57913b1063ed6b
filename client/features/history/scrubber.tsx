import { ChevronLeftIcon, ChevronRightIcon } from '@primer/octicons-react';
import { IconButton } from '@primer/react';
import type { WorkspaceEvent } from '@protocol/event.js';
import { timelineKindOf, type EditSession } from '@protocol/history.js';
import { editWords } from './edit-words.js';

type Props = {
  /** What happened to the file, the oldest first. */
  events: readonly WorkspaceEvent[];
  edits: ReadonlyMap<number, EditSession>;
  /** Which of them; as many as there are is now. */
  index: number;
  sentence: (event: WorkspaceEvent) => string;
  onIndex: (index: number) => void;
};

const timeFormat = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });

/** A file's events on a line, to be gone along by hand or by the arrow keys; its end is now. */
export function Scrubber({ events, edits, index, sentence, onIndex }: Props) {
  const event = events[index];
  const words = event ? sentence(event) : 'Now';
  const time = event ? timeFormat.format(new Date(event.createdAt)) : '';
  const edit = event && edits.get(event.seq);
  return (
    <div className="scrubber">
      <div className="scrubber-line">
        <IconButton
          icon={ChevronLeftIcon}
          size="small"
          variant="invisible"
          aria-label="Step back"
          disabled={index === 0}
          onClick={() => onIndex(index - 1)}
        />
        <div className="scrubber-track">
          <div className="scrubber-ticks" aria-hidden="true">
            {events.map(({ seq, type }, at) => (
              <span
                key={seq}
                className="scrubber-tick"
                data-kind={timelineKindOf(type)}
                style={{ insetInlineStart: `${(at / events.length) * 100}%` }}
              />
            ))}
          </div>
          <input
            type="range"
            className="scrubber-range"
            aria-label="Moment"
            aria-valuetext={time === '' ? words : `${words}, ${time}`}
            min={0}
            max={events.length}
            step={1}
            value={index}
            onChange={({ target }) => onIndex(Number(target.value))}
          />
        </div>
        <IconButton
          icon={ChevronRightIcon}
          size="small"
          variant="invisible"
          aria-label="Step forward"
          disabled={index === events.length}
          onClick={() => onIndex(index + 1)}
        />
      </div>
      <p className="scrubber-words" role="status">
        <strong>{words}</strong>
        {time !== '' && <span className="muted"> {time}</span>}
        {event && edit && <span className="muted"> · {editWords(edit, event.createdAt)}</span>}
      </p>
    </div>
  );
}
