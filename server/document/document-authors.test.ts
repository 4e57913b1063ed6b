import * as Y from 'yjs';
import { expect, it } from 'vitest';
import { TEXT_NAME } from '../protocol/document.js';
import { changeAuthors } from './document-authors.js';
import { seedUpdate } from './document-seed.js';
import type { StoredDocument } from './document.repository.js';

/** A document edited by named people, each with a Y.Doc of his own, as the rows would hold it. */
function history(base: string) {
  const seed = seedUpdate(base);
  const rows = [{ bytes: seed.bytes, actor: 'git:base' }];
  const clients = new Map<number, string>([[seed.clientId, 'git:base']]);
  const docs = new Map<string, Y.Doc>();
  const shared = new Y.Doc();
  Y.applyUpdate(shared, seed.bytes);
  return {
    edit(person: string, change: (text: Y.Text) => void): void {
      let doc = docs.get(person);
      if (!doc) docs.set(person, (doc = new Y.Doc()));
      clients.set(doc.clientID, `person:${person}`);
      Y.applyUpdate(doc, Y.encodeStateAsUpdate(shared));
      const before = Y.encodeStateVector(doc);
      doc.transact(() => change(doc.getText(TEXT_NAME)));
      const bytes = Y.encodeStateAsUpdate(doc, before);
      Y.applyUpdate(shared, bytes);
      rows.push({ bytes, actor: `person:${person}` });
    },
    authors(): string[] {
      const stored = {
        record: { cleanSeq: 1 },
        snapshot: null,
        updates: rows.map((row, index) => ({ seq: index + 1, generation: 1, processId: '', ...row })),
      } as unknown as StoredDocument;
      return changeAuthors(stored, clients, base).sort();
    },
  };
}

it('DOC9 whoever inserted what survives in a changed line is an author', () => {
  const file = history('one\ntwo\nthree\n');
  file.edit('alice', (text) => text.insert(0, 'zero\n'));
  file.edit('bob', (text) => text.insert(text.length, 'four\n'));
  expect(file.authors()).toEqual(['alice', 'bob']);
});

it('DOC9 whoever deleted a base line is an author, not who deletes after', () => {
  const file = history('one\ntwo\nthree\n');
  file.edit('alice', (text) => text.delete(4, 4));
  file.edit('bob', (text) => {
    text.insert(0, 'x');
    text.delete(0, 1);
  });
  expect(file.authors()).toEqual(['alice']);
});

it('DOC9 text that was taken away again has no author', () => {
  const file = history('one\ntwo\n');
  file.edit('alice', (text) => text.insert(0, 'gone\n'));
  file.edit('bob', (text) => text.delete(0, 5));
  file.edit('bob', (text) => text.insert(0, 'stays\n'));
  expect(file.authors()).toEqual(['bob']);
});

it('DOC9 restoring what the base has earns nothing', () => {
  const file = history('one\ntwo\n');
  file.edit('alice', (text) => text.delete(0, 4));
  file.edit('bob', (text) => text.insert(0, 'one\n'));
  expect(file.authors()).toEqual([]);
});
