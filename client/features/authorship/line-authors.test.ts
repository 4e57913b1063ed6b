import { ProtocolError } from '@protocol/error.js';
import type { FileLines } from '@protocol/lines.js';
import type { editor as Editor } from 'monaco-editor';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { LineAuthors } from './line-authors.js';
import { ownLine } from './known-lines.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const person = (name: string) => ({ kind: 'person' as const, id: name, name, color: 1 });
const at = '2026-11-21T12:00:00.000Z';
const told = (...names: string[]): FileLines => ({
  baseCommit: null,
  lineCount: names.length,
  writings: names.map((name) => ({ actor: person(name), at, commit: null, eventSeq: null })),
  runs: names.map((_, index) => ({ from: index + 1, count: 1, writings: [index] })),
  removals: [],
  hasBlame: true,
});

/** A text in an editor, as far as it matters who wrote its lines, and a server that answers when it is told to. */
function stage(lineCount: number) {
  const doc = new Y.Doc();
  const text = doc.getText('text');
  let lines = lineCount;
  let change = (_: Editor.IModelContentChangedEvent): void => {};
  const model = {
    onDidChangeContent: (listener: typeof change) => {
      change = listener;
      return { dispose: () => {} };
    },
    getLineCount: () => lines,
    getLineLength: () => 0,
  } as unknown as Editor.ITextModel;
  const answers: ((lines: FileLines) => void)[] = [];
  const failures: ((error: Error) => void)[] = [];
  const authors = new LineAuthors(model, text, {
    ask: () =>
      new Promise((resolve, reject) => {
        answers.push(resolve);
        failures.push(reject);
      }),
    saved: () => Promise.resolve(),
    own: () => ownLine(person('me'), new Date(at)),
  });
  return {
    authors,
    answers,
    /** A line of its own at the end of a line. */
    insertAfter(line: number, isOthers = false): void {
      const range = { startLineNumber: line, startColumn: 5, endLineNumber: line, endColumn: 5 };
      const insert = (): void => {
        lines++;
        change({ changes: [{ range, text: '\n' }], isFlush: false } as Editor.IModelContentChangedEvent);
      };
      if (!isOthers) return insert();
      // As it comes from another device: Yjs says that it is not ours only while it is applied.
      const other = new Y.Doc();
      other.getText('text').insert(0, 'x');
      text.observe(insert);
      doc.transact(() => Y.applyUpdate(doc, Y.encodeStateAsUpdate(other)), other);
      text.unobserve(insert);
    },
    async answer(lines: FileLines): Promise<void> {
      answers.at(-1)!(lines);
      await vi.advanceTimersByTimeAsync(0);
    },
    async fail(error: Error): Promise<void> {
      failures.at(-1)!(error);
      await vi.advanceTimersByTimeAsync(0);
    },
    names: () =>
      Array.from({ length: lines }, (_, index) => authors.at(index + 1)?.writings[0]?.actor.name ?? null),
  };
}

test('DOC9 what is typed while the server is asked is carried over its answer, and asked for at rest', async () => {
  const { authors, answers, insertAfter, answer, names } = stage(2);
  await vi.advanceTimersByTimeAsync(0);
  expect(authors.isKnown).toBe(false);
  insertAfter(1);
  await answer(told('alice', 'bob'));
  expect(names()).toEqual(['alice', 'me', 'bob']);
  insertAfter(3, true);
  // Whose it is, is not known yet.
  expect(names()).toEqual(['alice', 'me', 'bob', null]);
  expect(authors.at(4)).toMatchObject({ isFresh: true });
  expect(answers).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(answers).toHaveLength(2);
  await answer(told('alice', 'me', 'bob', 'carol'));
  expect(names()).toEqual(['alice', 'me', 'bob', 'carol']);
  authors.dispose();
});

test('DOC9 an answer about another text is not shown, and asked for again', async () => {
  const { authors, answers, answer, names } = stage(2);
  await vi.advanceTimersByTimeAsync(0);
  await answer(told('alice', 'bob', 'carol'));
  expect(names()).toEqual([null, null]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(answers).toHaveLength(2);
  await answer(told('alice', 'bob'));
  expect(names()).toEqual(['alice', 'bob']);
  authors.dispose();
});

test('DOC9 what could not be answered is asked for again where that may help', async () => {
  const { authors, answers, answer, fail, names } = stage(1);
  await vi.advanceTimersByTimeAsync(0);
  await fail(new ProtocolError('unavailable', 'Not now.'));
  expect(authors.problem).toBe('Not now.');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(answers).toHaveLength(2);
  await fail(new ProtocolError('rate-limited', 'Too often.', { retryAfterMs: 20_000 }));
  await vi.advanceTimersByTimeAsync(19_000);
  expect(answers).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(answers).toHaveLength(3);
  await answer(told('alice'));
  expect(names()).toEqual(['alice']);
  expect(authors.problem).toBeNull();
  authors.askSoon();
  await vi.advanceTimersByTimeAsync(1_000);
  await fail(new ProtocolError('not-found', 'Gone.'));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(answers).toHaveLength(4);
  authors.dispose();
});
