import { randomInt } from 'node:crypto';
import * as Y from 'yjs';
import { TEXT_NAME } from '../protocol/document.js';
import type { TextEdit } from '../protocol/text-edits.js';

export type Anchors = { start: Uint8Array; end: Uint8Array };
export type Range = { start: number; end: number };

/** Makes edits in a document of its own, by a client that nobody was. @returns null where there are none */
export function applyEdits(
  document: Y.Doc,
  edits: readonly TextEdit[],
): { clientId: number; bytes: Uint8Array } | null {
  if (edits.length === 0) return null;
  const clientId = randomInt(0, 2 ** 32);
  document.clientID = clientId;
  const shared = document.getText(TEXT_NAME);
  let bytes: Uint8Array | null = null;
  const keep = (update: Uint8Array): void => void (bytes = update);
  document.on('update', keep);
  document.transact(() => {
    for (const { at, remove, insert } of edits) {
      if (remove > 0) shared.delete(at, remove);
      if (insert !== '') shared.insert(at, insert);
    }
  });
  document.off('update', keep);
  return bytes && { clientId, bytes };
}

/** Positions that stay around a range: what is typed inside it belongs to it, what is typed beside it does not. */
export function anchorsAround(document: Y.Doc, { start, end }: Range): Anchors {
  const shared = document.getText(TEXT_NAME);
  // Around nothing they hold on to what is outside, or what is typed there would turn them round.
  const isEmpty = start === end;
  const at = (index: number, assoc: number) =>
    Y.encodeRelativePosition(Y.createRelativePositionFromTypeIndex(shared, index, assoc));
  return { start: at(start, isEmpty ? -1 : 0), end: at(end, isEmpty ? 0 : -1) };
}

/** Where they are in the text by now. */
export function rangeOf(document: Y.Doc, anchors: Anchors): Range {
  const index = (position: Uint8Array) =>
    Y.createAbsolutePositionFromRelativePosition(Y.decodeRelativePosition(position), document)?.index ?? 0;
  const start = index(anchors.start);
  return { start, end: Math.max(start, index(anchors.end)) };
}
