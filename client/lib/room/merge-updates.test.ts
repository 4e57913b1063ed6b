import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { seededRandom } from '../../../e2e/seeded-random.js';
import { mergeUpdates } from './merge-updates.js';

const ANOTHER = 'another';

describe('merging what a client has typed', () => {
  it('DOC2 a word typed letter by letter is one struct', () => {
    const document = new Y.Doc();
    const updates = recorded(document);
    for (const [at, letter] of [...'a word'].entries()) document.getText('text').insert(at, letter);
    const merged = mergeUpdates(updates);
    expect(Y.decodeUpdate(merged).structs).toHaveLength(1);
    expect(textOf([merged])).toBe('a word');
  });

  it('DOC2 any edits of three people, merged in any pieces, make the document they made', () => {
    for (let seed = 0; seed < 60; seed++) {
      const random = seededRandom(seed);
      const below = (limit: number): number => Math.floor(random() * limit);
      const people = Array.from({ length: 3 }, () => {
        const document = new Y.Doc();
        return { text: document.getText('text'), document, waiting: recorded(document) };
      });
      const raw: Uint8Array[] = [];
      const merged: Uint8Array[] = [];
      const send = ({ document, waiting }: (typeof people)[number]): void => {
        if (waiting.length === 0) return;
        raw.push(...waiting);
        const update = mergeUpdates(waiting.splice(0));
        merged.push(update);
        for (const other of people)
          if (other.document !== document) Y.applyUpdate(other.document, update, ANOTHER);
      };
      for (let edit = 0; edit < 60; edit++) {
        const person = people[below(people.length)]!;
        const { text } = person;
        // In few places, so that one types where another has just typed.
        const at = Math.min(below(6), text.length);
        const chance = random();
        if (chance < 0.25 && at < text.length) text.delete(at, 1);
        else if (chance < 0.75)
          for (const [offset, letter] of [...'key'].entries()) text.insert(at + offset, letter);
        else send(person);
      }
      people.forEach(send);
      const texts = people.map((person) => person.text.toString());
      expect([...texts, textOf(merged)], `seed ${seed}`).toEqual(Array(4).fill(textOf(raw)));
    }
  });

  it('DOC2 what is no run of text is merged as Yjs merges it', () => {
    const document = new Y.Doc();
    const updates = recorded(document);
    document.getText('text').insert(0, 'one');
    document.getMap('map').set('key', 1);
    document.getText('text').insert(3, 'two');
    const merged = new Y.Doc();
    Y.applyUpdate(merged, mergeUpdates(updates));
    expect(merged.getText('text').toString()).toBe('onetwo');
    expect(merged.getMap('map').get('key')).toBe(1);
    // With the middle one missing there is a gap, which stays one.
    const gap = mergeUpdates([updates[0]!, updates[2]!]);
    expect(Y.decodeUpdate(gap).structs.some((struct) => struct instanceof Y.Skip)).toBe(true);
  });
});

function recorded(document: Y.Doc): Uint8Array[] {
  const updates: Uint8Array[] = [];
  document.on('update', (update: Uint8Array, origin: unknown) => {
    if (origin !== ANOTHER) updates.push(update);
  });
  return updates;
}

function textOf(updates: readonly Uint8Array[]): string {
  const document = new Y.Doc();
  for (const update of updates) Y.applyUpdate(document, update);
  return document.getText('text').toString();
}
