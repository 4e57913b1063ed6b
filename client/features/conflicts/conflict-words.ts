import type { Conflict, ConflictChoice } from '@protocol/conflict.js';

type Told = { what: string; choices: { choice: ConflictChoice; label: string }[] };

/** A conflict about a whole file, in words, and what can be done about it. */
export function fileConflictWords(conflict: Conflict): Told {
  const { kind, path, incomingPath, incomingLabel } = conflict;
  const name = path.split('/').at(-1) ?? path;
  switch (kind) {
    case 'deleted-theirs':
      return {
        what: `${name} was deleted by ${incomingLabel}, and changed in this room. It is kept until somebody decides.`,
        choices: [
          { choice: 'current', label: 'Keep the file' },
          { choice: 'incoming', label: 'Delete the file' },
        ],
      };
    case 'deleted-ours':
      return {
        what: `${name} was deleted in this room, and changed by ${incomingLabel}.`,
        choices: [
          { choice: 'current', label: 'Keep it deleted' },
          { choice: 'incoming', label: 'Bring back the file as it was pushed' },
        ],
      };
    case 'path':
      return {
        what: `${name} of this room and ${incomingPath ?? path} of ${incomingLabel} want the same place.`,
        choices: wholeFile,
      };
    case 'binary':
    case 'text':
      return {
        what: `${name} was changed in this room and by ${incomingLabel}, and cannot be merged.`,
        choices: wholeFile,
      };
  }
}

const wholeFile: Told['choices'] = [
  { choice: 'current', label: 'Keep the file of this room' },
  { choice: 'incoming', label: 'Take the file that was pushed' },
  { choice: 'both', label: 'Keep both, ours under another name' },
];
