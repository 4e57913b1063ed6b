import { diffArrays } from 'diff';
import * as Y from 'yjs';
import { TEXT_NAME } from '../protocol/document.js';
import { personOf } from '../platform/actor.js';
import type { StoredDocument } from './document.repository.js';

type Range = { from: number; to: number; actor: string };

/**
 * The people whose changes against the base survive in the text, derived from
 * the rows since it was last clean (DOC9): of each line that differs, whoever
 * inserted characters that are still there, and whoever first deleted base
 * characters that are gone. Retyping or restoring what the base has earns nothing.
 */
export function changeAuthors(
  history: StoredDocument,
  clients: ReadonlyMap<number, string>,
  baseText: string,
): string[] {
  const { cleanSeq } = history.record;
  const document = new Y.Doc({ gc: false });
  const atBase = new Y.Doc({ gc: false });
  const inserted = new Map<number, Range[]>();
  const deleted = new Map<number, Range[]>();
  for (const row of history.updates) {
    Y.applyUpdate(document, row.bytes);
    if (row.seq <= cleanSeq) {
      Y.applyUpdate(atBase, row.bytes);
      continue;
    }
    const { structs, ds } = Y.decodeUpdate(row.bytes);
    for (const struct of structs) {
      const { client, clock } = struct.id;
      // A relayed edit stays its author's, whoever brought it.
      note(inserted, client, {
        from: clock,
        to: clock + struct.length,
        actor: clients.get(client) ?? row.actor,
      });
    }
    for (const [client, items] of ds.clients) {
      for (const item of items)
        note(deleted, client, { from: item.clock, to: item.clock + item.len, actor: row.actor });
    }
  }
  const changed = changedLines(baseText, document.getText(TEXT_NAME).toString());
  const people = new Set<string>();
  const credit = (text: Y.Text, ranges: Map<number, Range[]>, lines: ReadonlySet<number>): void => {
    walk(text, (client, clock, line) => {
      if (!lines.has(line)) return;
      // The first to delete a character deleted it; later rows repeat old deletions.
      const range = ranges.get(client)?.find((each) => each.from <= clock && clock < each.to);
      const person = range && personOf(range.actor);
      if (person) people.add(person);
    });
  };
  credit(document.getText(TEXT_NAME), inserted, changed.added);
  // A created file has no base characters to delete.
  if (atBase.getText(TEXT_NAME).toString() === baseText)
    credit(atBase.getText(TEXT_NAME), deleted, changed.removed);
  document.destroy();
  atBase.destroy();
  return [...people];
}

function note(ranges: Map<number, Range[]>, client: number, range: Range): void {
  const known = ranges.get(client);
  if (known) known.push(range);
  else ranges.set(client, [range]);
}

/** Line numbers that only the base has, and that only the text has. */
function changedLines(base: string, text: string): { removed: Set<number>; added: Set<number> } {
  const removed = new Set<number>();
  const added = new Set<number>();
  let baseLine = 0;
  let line = 0;
  for (const part of diffArrays(base.split('\n'), text.split('\n'))) {
    for (const _ of part.value) {
      if (part.removed) removed.add(baseLine++);
      else if (part.added) added.add(line++);
      else {
        baseLine++;
        line++;
      }
    }
  }
  return { removed, added };
}

/** Visits each visible character with the client and clock that inserted it and the line it stands in. */
function walk(text: Y.Text, visit: (client: number, clock: number, line: number) => void): void {
  let line = 0;
  for (let item = text._start; item; item = item.right) {
    if (item.deleted || !(item.content instanceof Y.ContentString)) continue;
    const { str } = item.content;
    for (let at = 0; at < str.length; at++) {
      visit(item.id.client, item.id.clock + at, line);
      if (str[at] === '\n') line++;
    }
  }
}
