import { refuseCollision } from '../file/file.service.js';
import type { Overlay } from '../file/overlay.js';
import type { ConflictChoice } from '../protocol/conflict.js';
import type { ConflictRecord } from './conflict.repository.js';

/** What became of our file, and which one of theirs is to be seen now. */
export type FileOutcome = {
  moved: string | null;
  removed: string | null;
  restored: string | null;
  /** A file that has waited elsewhere for the place. */
  followed: { from: string; to: string } | null;
};

const AS_IT_IS: FileOutcome = { moved: null, removed: null, restored: null, followed: null };

/** Decides a conflict about a whole file in the tree. @throws {ProtocolError} `conflict` where a name is taken meanwhile */
export function settleFile(overlay: Overlay, record: ConflictRecord, choice: ConflictChoice): FileOutcome {
  switch (record.kind) {
    case 'deleted-theirs':
      return choice === 'incoming' ? removeOurs(overlay, record.path) : AS_IT_IS;
    case 'deleted-ours':
      return choice === 'current' ? AS_IT_IS : restoreTheirs(overlay, record.path);
    case 'binary':
    case 'path':
      return settlePlace(overlay, record, choice);
    case 'text':
      return AS_IT_IS;
  }
}

function removeOurs(overlay: Overlay, path: string): FileOutcome {
  const file = overlay.files.get(path);
  if (!file) return AS_IT_IS;
  overlay.remove(path);
  return { ...AS_IT_IS, removed: path };
}

function restoreTheirs(overlay: Overlay, path: string): FileOutcome {
  const entry = overlay.base.get(path);
  if (!entry || overlay.files.has(path)) return AS_IT_IS;
  refuseCollision(overlay, [path]);
  overlay.restore(entry);
  return { ...AS_IT_IS, restored: path };
}

/** Ours and theirs want one place: one of them has it, or ours goes beside. */
function settlePlace(overlay: Overlay, record: ConflictRecord, choice: ConflictChoice): FileOutcome {
  const { path } = record;
  const incoming = record.incomingPath ?? path;
  const ours = overlay.files.get(path);
  if (!ours) return AS_IT_IS;
  if (choice === 'current') {
    // A file of theirs that only looks like ours, or lies in its way, goes.
    if (incoming === path) return AS_IT_IS;
    overlay.remove(incoming);
    return AS_IT_IS;
  }
  overlay.remove(path);
  // A file that was only moved here goes back to where it was.
  const isMoved = ours.origin !== null && ours.origin !== path;
  const home = isMoved && choice === 'incoming' && !overlay.files.has(ours.origin!) ? ours.origin : null;
  const beside = choice === 'both' || isMoved ? (home ?? freeName(overlay, path)) : null;
  if (beside !== null) {
    refuseCollision(overlay, [beside]);
    overlay.place({ ...ours, path: beside });
  }
  const outcome = { ...AS_IT_IS, moved: beside, removed: beside === null ? path : null };
  const entry = overlay.base.get(incoming);
  const from = overlay.moves().get(incoming);
  const waiting = from === undefined || from === beside ? undefined : overlay.files.get(from);
  if (waiting) {
    overlay.remove(waiting.path);
    overlay.place({ ...waiting, path: incoming });
    return { ...outcome, followed: { from: waiting.path, to: incoming } };
  }
  if (!entry || from !== undefined) return outcome;
  overlay.restore(entry);
  return { ...outcome, restored: incoming };
}

/** `art/bird-room.png` for `art/bird.png`. */
function freeName(overlay: Overlay, path: string): string {
  const [, stem = path, extension = ''] = /^(.*?[^/])(\.[^./]*)?$/.exec(path) ?? [];
  for (let number = 1; ; number++) {
    const name = `${stem}-room${number === 1 ? '' : number}${extension}`;
    if (!overlay.files.has(name)) return name;
  }
}
