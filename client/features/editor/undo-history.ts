import { MonacoBinding } from 'y-monaco';
import * as Y from 'yjs';
import { OwnEdit } from '@/lib/own-edit.js';

const histories = new WeakMap<Y.Text, Y.UndoManager>();

/** One's own edits of a text, whichever editor they were made in. Kept as long as the text. */
export function undoHistory(text: Y.Text): Y.UndoManager {
  let history = histories.get(text);
  if (!history) {
    history = new Y.UndoManager(text, {
      trackedOrigins: new Set([MonacoBinding, OwnEdit]),
      captureTimeout: 400,
    });
    histories.set(text, history);
  }
  return history;
}
