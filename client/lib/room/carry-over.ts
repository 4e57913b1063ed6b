import { TEXT_NAME, type DocumentState } from '@protocol/document.js';
import { textEdits } from '@protocol/text-edits.js';
import * as Y from 'yjs';
import type { Carried } from './document-store.js';
import { rebaseText } from './rebase-text.js';

/**
 * Brings what was written on a document onto the one that took its place, as text.
 *
 * @param had the state of what we had
 * @param before what was carried over already, in another tab of this device perhaps
 */
export function carryOver(
  had: Uint8Array,
  state: Extract<DocumentState, { kind: 'live' }>,
  before: Uint8Array | undefined,
): { doc: Y.Doc; carried: Carried } {
  const { documentId, generation, writable } = state;
  // What others did to the old document meanwhile is no change of ours.
  const known = [state.previous, before].filter((each) => each !== undefined);
  const old = new Y.Doc();
  for (const update of [had, ...known]) Y.applyUpdate(old, update);
  const ours = old.getText(TEXT_NAME).toString();
  const base = known.length > 0 ? textOf(known) : ours;
  const doc = new Y.Doc();
  for (const update of state.updates) Y.applyUpdate(doc, update);
  const text = doc.getText(TEXT_NAME);
  const theirs = text.toString();
  let edit: Uint8Array | null = null;
  doc.once('update', (update: Uint8Array) => (edit = update));
  doc.transact(() => {
    for (const each of textEdits(theirs, rebaseText(base, ours, theirs))) {
      text.delete(each.at, each.remove);
      text.insert(each.at, each.insert);
    }
  });
  const carried = {
    documentId,
    generation,
    writable,
    old: Y.encodeStateAsUpdate(old),
    base: Y.mergeUpdates(state.updates),
    edit,
  };
  old.destroy();
  return { doc, carried };
}

function textOf(updates: readonly Uint8Array[]): string {
  const doc = new Y.Doc();
  for (const update of updates) Y.applyUpdate(doc, update);
  const text = doc.getText(TEXT_NAME).toString();
  doc.destroy();
  return text;
}
