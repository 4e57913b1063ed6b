import { TEXT_NAME } from '@protocol/document.js';
import * as Y from 'yjs';

/** Text that somebody wrote and the server does not have. */
export type UnsentPassage = {
  /** Where it begins in the text as he saw it; the first line is 1. */
  line: number;
  text: string;
};
export type UnsentFile = { path: string; passages: UnsentPassage[] };

/** Where unsent edits begin, by Yjs client id. */
export type UnsentClocks = Map<number, number>;

export function noteUnsent(clocks: UnsentClocks, update: Uint8Array): void {
  for (const [client, clock] of Y.parseUpdateMeta(update).from)
    clocks.set(client, Math.min(clock, clocks.get(client) ?? clock));
}

/** What was inserted from these clocks on and is still there: nobody else's text is among it. */
export function unsentPassages(doc: Y.Doc, clocks: UnsentClocks): UnsentPassage[] {
  const passages: UnsentPassage[] = [];
  let line = 1;
  let wasOurs = false;
  for (let item = doc.getText(TEXT_NAME)._start; item !== null; item = item.right) {
    if (item.deleted || !(item.content instanceof Y.ContentString)) continue;
    const { str } = item.content;
    const from = clocks.get(item.id.client);
    const known = from === undefined ? str.length : Math.min(str.length, Math.max(0, from - item.id.clock));
    if (known > 0) wasOurs = false;
    line += linesIn(str.slice(0, known));
    const ours = str.slice(known);
    if (ours === '') continue;
    const last = passages.at(-1);
    if (wasOurs && last) last.text += ours;
    else passages.push({ line, text: ours });
    wasOurs = true;
    line += linesIn(ours);
  }
  return passages;
}

const linesIn = (text: string) => text.split('\n').length - 1;
