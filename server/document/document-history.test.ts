import { randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../e2e/seeded-random.js';
import { authoredText, type AuthoredText } from './authored-text.js';
import type { DocumentHistory } from './document-history.js';
import { EditedDocument } from './testing/edited-document.js';

const ROUNDS = process.env.PERCH_TEST_LONG ? 2_000 : 60;
const PEOPLE = ['alice', 'bob', 'carol'];

function authored(history: DocumentHistory, atSeq?: number): AuthoredText {
  const steps = authoredText(history, { cleanSeq: 0, atSeq });
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/** Who wrote each line, and who deleted within it, as actors. */
function lineActors(history: DocumentHistory, kind: 'wrote' | 'deleted'): string[][] {
  return authored(history).lines.map((line) =>
    line
      .filter((touch) => touch.kind === kind)
      .map(({ writing }) => history.writings[writing]!.actor)
      .filter((actor, index, all) => all.indexOf(actor) === index)
      .toSorted(),
  );
}

describe('who wrote what', () => {
  it('DOC9 each line has its writers, and who took a part of it away', () => {
    const file = new EditedDocument('one\ntwo three\n');
    file.edit('alice', (text) => text.insert(3, ' more'));
    file.edit('bob', (text) => text.delete(9, 4));
    expect(file.text('bob').toString()).toBe('one more\nthree\n');
    expect(lineActors(file.history(), 'wrote')).toEqual([['git:base', 'person:alice'], ['git:base'], []]);
    expect(lineActors(file.history(), 'deleted')).toEqual([[], ['person:bob'], []]);
  });

  it('DOC9 whoever ends a line has not written it, and made the empty one', () => {
    const file = new EditedDocument('one\ntwo\n');
    file.edit('alice', (text) => text.insert(3, '\n'));
    expect(lineActors(file.history(), 'wrote')).toEqual([
      ['git:base'],
      ['git:base', 'person:alice'],
      ['git:base'],
      [],
    ]);
  });

  it('DOC9 whole lines that were deleted are told between those that stayed', () => {
    const file = new EditedDocument('one\ntwo\nthree\nfour\n');
    file.edit('alice', (text) => text.delete(4, 4));
    file.edit('bob', (text) => text.delete(9, 5));
    const history = file.history();
    const removals = authored(history).removals.map(({ line, writing }) => [
      line,
      history.writings[writing]!.actor,
    ]);
    expect(removals).toEqual([
      [1, 'person:alice'],
      [2, 'person:bob'],
    ]);
    expect(lineActors(history, 'deleted').flat()).toEqual([]);
  });

  it('DOC9 what is brought back stays its author’s, by an undo and by an edit', () => {
    const file = new EditedDocument('');
    file.edit('alice', (text) => text.insert(0, 'first\nsecond\n'));
    file.wait(60);
    file.edit('bob', (text) => text.delete(0, 6));
    file.undo('bob');
    file.wait(60);
    file.edit('bob', (text) => text.delete(6, 7));
    file.edit('carol', (text) => text.insert(6, 'second\n'));
    expect(lineActors(file.history(), 'wrote').flat()).toEqual(['person:alice', 'person:alice']);
    const history = file.history();
    expect(authored(history).removals).toEqual([]);
    const [line] = authored(history).lines;
    expect(history.writings[line![0]!.writing]!.seq).toBe(2);
  });

  it('DOC9 what stands in place of deleted text is the typist’s, though it begin like it', () => {
    const file = new EditedDocument('');
    file.edit('alice', (text) => text.insert(0, 'hello'));
    file.wait(60);
    file.edit('bob', (text) => text.delete(0, 5));
    for (const letter of 'helm') file.edit('bob', (text) => text.insert(text.length, letter));
    expect(lineActors(file.history(), 'wrote')).toEqual([['person:bob']]);
  });

  it('DOC9 the past of a text is told from the same rows', () => {
    const file = new EditedDocument('one\n');
    file.edit('alice', (text) => text.insert(4, 'two\n'));
    file.wait(60);
    file.edit('bob', (text) => text.delete(0, 4));
    file.undo('bob');
    const history = file.history();
    expect([1, 2, 3, 4].map((seq) => authored(history, seq).text)).toEqual([
      'one\n',
      'one\ntwo\n',
      'two\n',
      'one\ntwo\n',
    ]);
  });

  it(`DOC9 every surviving character is its author’s, whatever is typed, deleted, undone and pushed (${ROUNDS} rounds)`, () => {
    const seed = Number(process.env.PERCH_TEST_SEED ?? randomInt(2 ** 31));
    for (let round = 0; round < ROUNDS; round++) playRound(seed + round);
  });
});

/** No character is typed twice, so each tells whose it is. */
function playRound(seed: number): void {
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  let next = 0x4e00;
  const authors = new Map<string, string>();
  const write = (actor: string, length: number): string => {
    let written = '';
    for (let at = 0; at < length; at++) {
      const letter = String.fromCharCode(next++);
      authors.set(letter, actor);
      written += at > 0 && random() < 0.1 ? `\n${letter}` : letter;
    }
    return written;
  };
  const file = new EditedDocument(write('git:base', 40));
  let pushes = 0;
  for (let step = 0; step < 60; step++) {
    const name = PEOPLE[below(PEOPLE.length)]!;
    const text = file.text(name);
    if (random() < 0.6) file.catchUp(name);
    if (random() < 0.2) file.wait(30);
    const at = below(text.length + 1);
    const count = Math.min(text.length - at, 1 + below(8));
    const chance = random();
    if (chance < 0.4) file.change(name, () => text.insert(at, write(`person:${name}`, 1 + below(3))));
    else if (chance < 0.5) file.change(name, () => text.insert(at, write(`person:${name}`, 20)));
    else if (chance < 0.7) file.change(name, () => count > 0 && text.delete(at, count));
    else if (chance < 0.85) file.undo(name);
    else if (chance < 0.9) file.redo(name);
    else if (chance < 0.95) {
      // Takes back what somebody has just deleted, by an edit of the text.
      file.catchUp(name);
      const gone = text.toString().slice(at, at + count);
      if (gone === '') continue;
      file.wait(30);
      file.change(name, () => text.delete(at, count));
      const other = PEOPLE[below(PEOPLE.length)]!;
      file.wait(30);
      file.edit(other, (shared) => shared.insert(at, gone));
    } else {
      const actor = `git:${pushes++}`;
      file.edit(
        actor,
        (shared) => {
          if (shared.length > 3) shared.delete(0, 2);
          shared.insert(below(shared.length), write(actor, 5));
        },
        actor,
      );
    }
  }
  const history = file.history();
  file.catchUp('alice');
  const { text, lines } = authored(history);
  expect(text, `seed ${seed}`).toBe(file.text('alice').toString());
  text.split('\n').forEach((line, index) => {
    if (line === '') return;
    const expected = new Set(Array.from(line, (letter) => authors.get(letter)));
    const found = new Set(
      lines[index]!.filter(({ kind }) => kind === 'wrote').map(
        ({ writing }) => history.writings[writing]!.actor,
      ),
    );
    expect(found, `seed ${seed}, line ${index}`).toEqual(expected);
  });
}
