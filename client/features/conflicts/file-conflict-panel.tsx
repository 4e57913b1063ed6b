import { AlertIcon } from '@primer/octicons-react';
import { Button } from '@primer/react';
import type { Conflict, ConflictChoice } from '@protocol/conflict.js';
import { useHandFocusOn } from '@/lib/use-hand-focus-on.js';
import { fileConflictWords } from './conflict-words.js';
import './conflicts.css';

type Props = {
  conflict: Conflict;
  writable: boolean;
  onResolve: (conflict: Conflict, choice: ConflictChoice) => void;
};

/** A conflict about a file as a whole, which no lines can show. */
export function FileConflictPanel({ conflict, writable, onResolve }: Props) {
  const { what, choices } = fileConflictWords(conflict);
  const panel = useHandFocusOn();
  return (
    <section ref={panel} className="file-conflict" aria-label="Conflict about this file">
      <p>
        <AlertIcon /> {what}
      </p>
      {writable && (
        <div className="file-conflict-choices">
          {choices.map(({ choice, label }) => (
            <Button key={choice} size="small" onClick={() => onResolve(conflict, choice)}>
              {label}
            </Button>
          ))}
        </div>
      )}
    </section>
  );
}
