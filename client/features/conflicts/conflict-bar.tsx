import { AlertIcon, ArrowDownIcon, ArrowUpIcon } from '@primer/octicons-react';
import { IconButton } from '@primer/react';
import type { ConflictView } from './conflict-view.js';
import './conflicts.css';

/** How many conflicts a text has, and the way from one to the next. */
export function ConflictBar({ count, view }: { count: number; view: ConflictView | null }) {
  return (
    <div className="conflict-bar" role="status">
      <AlertIcon />
      <span className="conflict-bar-words">
        {count === 1 ? '1 conflict' : `${count} conflicts`} with what was pushed. Decide before this file is
        committed.
      </span>
      <IconButton
        icon={ArrowUpIcon}
        size="small"
        variant="invisible"
        aria-label="Previous conflict"
        onClick={() => view?.go(-1)}
      />
      <IconButton
        icon={ArrowDownIcon}
        size="small"
        variant="invisible"
        aria-label="Next conflict"
        onClick={() => view?.go(1)}
      />
    </div>
  );
}
