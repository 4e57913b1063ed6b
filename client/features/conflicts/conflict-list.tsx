import { AlertIcon } from '@primer/octicons-react';
import { Button } from '@primer/react';
import type { Conflict } from '@protocol/conflict.js';
import './conflicts.css';

/** The files that wait for a decision before they can be committed. */
export function ConflictList({
  conflicts,
  onOpen,
}: {
  conflicts: readonly Conflict[];
  onOpen: (path: string) => void;
}) {
  if (conflicts.length === 0) return null;
  const paths = [...new Set(conflicts.map(({ path }) => path))].toSorted((one, other) =>
    one.localeCompare(other),
  );
  return (
    <section className="conflict-list" aria-label="Conflicts">
      <h2>{conflicts.length === 1 ? '1 conflict to decide' : `${conflicts.length} conflicts to decide`}</h2>
      <ul>
        {paths.map((path) => (
          <li key={path}>
            <Button
              className="conflict-file"
              size="small"
              variant="invisible"
              alignContent="start"
              block
              leadingVisual={AlertIcon}
              onClick={() => onOpen(path)}
            >
              {path}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
