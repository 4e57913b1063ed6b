import * as Y from 'yjs';
import { seededRandom } from '../../seeded-random.js';

export const TEXT = 'text';

/** So many characters, typed one after the other at the end of what this client has typed: an update each. */
export function typing(clientId: number, count: number): Uint8Array[] {
  return record(clientId, (text) => {
    for (let index = 0; index < count; index++) text.insert(index, letter(index));
  }).updates;
}

/**
 * A document of 1,000,000 characters that was written, not pasted, as one
 * update: 50,000 runs of some twenty characters, one mostly after the other.
 */
export function largeDocument(clientId: number): Uint8Array {
  const random = seededRandom(1);
  const { document } = record(clientId, (text) => {
    let cursor = 0;
    while (text.length < LARGE_DOCUMENT_LENGTH) {
      if (random() < 0.5) cursor = Math.max(0, cursor - Math.floor(random() * 200));
      if (random() < 0.01) cursor = Math.floor(random() * (text.length + 1));
      const run = Math.min(1 + Math.floor(random() * 39), LARGE_DOCUMENT_LENGTH - text.length);
      text.insert(cursor, letter(cursor).repeat(run));
      cursor += run;
    }
  });
  return Y.encodeStateAsUpdate(document);
}
export const LARGE_DOCUMENT_LENGTH = 1_000_000;

/**
 * A session as an editor sees it: words and lines, slips taken back, and now and
 * then another place. Each edit is one character typed or taken away.
 */
export function session(clientId: number, edits: number): { updates: Uint8Array[]; text: string } {
  const random = seededRandom(2);
  const { updates, document } = record(clientId, (text) => {
    let cursor = 0;
    let removing = 0;
    for (let index = 0; index < edits; index++) {
      const chance = random();
      if (chance < 0.004) cursor = Math.floor(random() * (text.length + 1));
      else if (chance < 0.02) removing = 1 + Math.floor(random() * 8);
      if (removing > 0 && cursor > 0) {
        text.delete(--cursor, 1);
        removing--;
      } else {
        text.insert(cursor++, chance > 0.98 ? '\n' : chance > 0.82 ? ' ' : letter(index));
        removing = 0;
      }
    }
  });
  return { updates, text: document.getText(TEXT).toString() };
}

/** How many edits of one character an update holds: what was typed and what was taken away. */
export function countEdits(update: Uint8Array): number {
  const { structs, ds } = Y.decodeUpdate(update);
  let count = 0;
  for (const struct of structs) count += struct.length;
  for (const ranges of ds.clients.values()) for (const range of ranges) count += range.len;
  return count;
}

export function textOf(updates: Iterable<Uint8Array>): string {
  const document = new Y.Doc();
  document.transact(() => {
    for (const update of updates) Y.applyUpdate(document, update);
  });
  return document.getText(TEXT).toString();
}

function record(clientId: number, edit: (text: Y.Text) => void): { updates: Uint8Array[]; document: Y.Doc } {
  const document = new Y.Doc();
  document.clientID = clientId;
  const updates: Uint8Array[] = [];
  document.on('update', (update: Uint8Array) => updates.push(update));
  edit(document.getText(TEXT));
  return { updates, document };
}

const letter = (index: number): string => String.fromCharCode(97 + ((index * 7) % 26));
