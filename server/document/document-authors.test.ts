import { expect, it } from 'vitest';
import { lineHunks } from '../platform/line-hunks.js';
import { authoredText } from './authored-text.js';
import { changeAuthors } from './document-authors.js';
import { EditedDocument } from './testing/edited-document.js';

async function authorsOf(file: EditedDocument, baseText: string, cleanSeq = 1): Promise<string[]> {
  const history = file.history();
  const steps = authoredText(history, { cleanSeq });
  let step = steps.next();
  while (!step.done) step = steps.next();
  const hunks = await lineHunks(baseText, step.value.text);
  return changeAuthors(step.value, history.writings, { baseText, hunks, cleanSeq }).toSorted();
}

it('DOC9 whoever inserted what survives in a changed line is an author', async () => {
  const file = new EditedDocument('one\ntwo\nthree\n');
  file.edit('alice', (text) => text.insert(0, 'zero\n'));
  file.edit('bob', (text) => text.insert(text.length, 'four\n'));
  expect(await authorsOf(file, 'one\ntwo\nthree\n')).toEqual(['alice', 'bob']);
});

it('DOC9 whoever deleted a base line is an author, not who deletes after', async () => {
  const file = new EditedDocument('one\ntwo\nthree\n');
  file.edit('alice', (text) => text.delete(4, 4));
  file.edit('bob', (text) => {
    text.insert(0, 'x');
    text.delete(0, 1);
  });
  expect(await authorsOf(file, 'one\ntwo\nthree\n')).toEqual(['alice']);
});

it('DOC9 of equal lines, whoever deleted one is found', async () => {
  const base = 'if (a) {\n  b();\n}\nif (c) {\n  b();\n}\n';
  const file = new EditedDocument(base);
  file.edit('alice', (text) => text.delete(9, 9 + 9));
  expect(await authorsOf(file, base)).toEqual(['alice']);
});

it('DOC9 whoever deleted a part of a line is an author', async () => {
  const file = new EditedDocument('one two three\nfour\n');
  file.edit('alice', (text) => text.delete(3, 4));
  expect(await authorsOf(file, 'one two three\nfour\n')).toEqual(['alice']);
});

it('DOC9 text that was taken away again has no author', async () => {
  const file = new EditedDocument('one\ntwo\n');
  file.edit('alice', (text) => text.insert(0, 'gone\n'));
  file.edit('bob', (text) => text.delete(0, 5));
  file.edit('bob', (text) => text.insert(0, 'stays\n'));
  expect(await authorsOf(file, 'one\ntwo\n')).toEqual(['bob']);
});

it('DOC9 restoring what the base has earns nothing', async () => {
  const file = new EditedDocument('one\ntwo\n');
  file.edit('alice', (text) => text.delete(0, 4));
  file.edit('bob', (text) => text.insert(0, 'one\n'));
  expect(await authorsOf(file, 'one\ntwo\n')).toEqual([]);
});

it('DOC9 of a committed line that is changed, who changes it is an author, not who wrote the rest of it', async () => {
  const file = new EditedDocument('one\n');
  file.edit('alice', (text) => text.insert(4, 'hers\n'));
  const { seq: cleanSeq } = file.rows.at(-1)!;
  file.edit('bob', (text) => text.insert(8, ' and his'));
  expect(await authorsOf(file, 'one\nhers\n', cleanSeq)).toEqual(['bob']);
});

it('DOC9 an undo by somebody else does not make him an author', async () => {
  const file = new EditedDocument('one\n');
  file.edit('alice', (text) => text.insert(4, 'hers\n'));
  file.wait(60);
  file.edit('bob', (text) => text.delete(4, 5));
  file.undo('bob');
  expect(file.text('bob').toString()).toBe('one\nhers\n');
  expect(await authorsOf(file, 'one\n')).toEqual(['alice']);
});
