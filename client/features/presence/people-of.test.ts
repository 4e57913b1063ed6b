import { expect, it } from 'vitest';
import { peopleOf } from './people-of.js';

const alice = { id: 'a', name: 'Alice', color: 1 };
const at = (connectionId: string, path: string | null, idle: boolean) => ({
  connectionId,
  person: alice,
  count: 1,
  path,
  cursor: null,
  idle,
});

it('PRS1 two tabs are one avatar, where the active one is', () => {
  expect(peopleOf([at('1', 'a.ts', true), at('2', 'b.ts', false)])).toEqual([
    { person: alice, connections: 2, path: 'b.ts', idle: false },
  ]);
});

it('PRS1 idle only when every tab is', () => {
  expect(peopleOf([at('1', null, true), at('2', null, true)])[0]?.idle).toBe(true);
});
