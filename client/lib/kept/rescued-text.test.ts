import { expect, test } from 'vitest';
import { rescue, rescuedNow } from './rescued-text.js';

const file = (path: string, text: string, line = 1) => ({ path, passages: [{ line, text }] });

test('SEC1 what a page and its device both hold of a file is offered once, the longer of the two', () => {
  rescue('acme/game', 'main', [file('a.txt', 'I wro'), file('b.txt', 'here')]);
  rescue('acme/game', 'main', [file('a.txt', 'I wrote this')]);
  rescue('acme/game', 'main', [file('a.txt', 'wrote'), file('b.txt', 'here')]);
  expect(rescuedNow()).toMatchObject([
    { branches: [{ branch: 'main', files: [file('b.txt', 'here'), file('a.txt', 'I wrote this')] }] },
  ]);
  // Elsewhere in the file, or on another branch, the same letters are others.
  rescue('acme/game', 'main', [file('a.txt', 'wrote', 7)]);
  rescue('acme/game', 'feat', [file('a.txt', 'wrote')]);
  const [{ branches }] = rescuedNow() as [ReturnType<typeof rescuedNow>[number]];
  expect(branches.flatMap(({ branch, files }) => files.map(({ path }) => `${branch} ${path}`))).toEqual([
    'main b.txt',
    'main a.txt',
    'main a.txt',
    'feat a.txt',
  ]);
});
