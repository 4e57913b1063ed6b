import { randomInt } from 'node:crypto';
import * as Y from 'yjs';
import { TEXT_NAME } from '../protocol/document.js';
import { textEdits } from '../protocol/text-edits.js';

/** The first update of a document: its whole text, by a client id of its own. */
export function seedUpdate(text: string): { clientId: number; bytes: Uint8Array } {
  const document = new Y.Doc();
  document.clientID = newClientId();
  document.getText(TEXT_NAME).insert(0, text);
  const bytes = Y.encodeStateAsUpdate(document);
  document.destroy();
  return { clientId: document.clientID, bytes };
}

/** The update that changes a document's text by edits of `clientId`; null where nothing differs. */
export function editUpdate(
  state: Uint8Array,
  change: (text: string, document: Y.Doc) => string,
  clientId: number,
): { bytes: Uint8Array; before: string } | null {
  const document = new Y.Doc();
  Y.applyUpdate(document, state);
  document.clientID = clientId;
  const shared = document.getText(TEXT_NAME);
  const before = shared.toString();
  let bytes: Uint8Array | null = null;
  document.on('update', (update: Uint8Array) => (bytes = update));
  document.transact(() => {
    for (const edit of textEdits(before, change(before, document))) {
      if (edit.remove > 0) shared.delete(edit.at, edit.remove);
      if (edit.insert !== '') shared.insert(edit.at, edit.insert);
    }
  });
  document.destroy();
  return bytes && { bytes, before };
}

export function newClientId(): number {
  return randomInt(0, 2 ** 32);
}
