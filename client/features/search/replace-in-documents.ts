import type { SearchQuery } from '@protocol/search.js';
import { textEdits } from '@protocol/text-edits.js';
import * as Y from 'yjs';
import { OwnEdit } from '@/lib/own-edit.js';
import type { LiveDocument } from '@/lib/room/live-document.js';
import type { Room } from '@/lib/room/room.js';
import { countIn, replaceInText } from './replacement.js';

export type Replaced = {
  places: number;
  files: number;
  /** Paths that could not be edited, and were left as they are. */
  left: string[];
  /** Takes all of it back; edits made since stay. */
  undo: () => void;
};

/** As long as the offer to undo is shown, and a little longer. */
const HELD_MS = 12_000;
/** A file that does not open in this time is left as it is. */
const OPEN_MS = 15_000;

/**
 * Replaces in the live text of each file, as edits of this person: others see
 * them at once, an editor undoes them, and they become part of the next commit.
 */
export async function replaceInDocuments(
  room: Room,
  paths: readonly string[],
  query: SearchQuery,
  replacement: string,
): Promise<Replaced> {
  const origin = new OwnEdit();
  const held: { document: LiveDocument; history: Y.UndoManager }[] = [];
  const left: string[] = [];
  let places = 0;
  for (const path of paths) {
    const document = room.openDocument(path);
    const isOpen = await isWritable(document);
    const { text } = document;
    const before = text.toString();
    const edits = isOpen ? textEdits(before, replaceInText(before, query, replacement)) : [];
    if (!isOpen) left.push(path);
    if (edits.length === 0) {
      document.close();
      continue;
    }
    held.push({ document, history: new Y.UndoManager(text, { trackedOrigins: new Set([origin]) }) });
    document.doc.transact(() => {
      for (const { at, remove, insert } of edits) {
        text.delete(at, remove);
        text.insert(at, insert);
      }
    }, origin);
    places += countIn(before, query);
  }
  const release = (): void => {
    for (const { document, history } of held.splice(0)) {
      history.destroy();
      document.close();
    }
  };
  const timer = setTimeout(release, HELD_MS);
  return {
    places,
    files: held.length,
    left,
    undo: () => {
      clearTimeout(timer);
      for (const { history } of held) history.undo();
      release();
    },
  };
}

function isWritable(document: LiveDocument): Promise<boolean> {
  return new Promise((resolve) => {
    const look = (): void => {
      const { state } = document;
      if (state.kind === 'loading') return;
      clearTimeout(timer);
      unsubscribe();
      resolve(state.kind === 'live' && state.writable);
    };
    const timer = setTimeout(() => {
      unsubscribe();
      resolve(false);
    }, OPEN_MS);
    const unsubscribe = document.subscribe(look);
    look();
  });
}
