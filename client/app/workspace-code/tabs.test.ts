import { expect, it } from 'vitest';
import { tabsReducer, type TabAction, type Tabs } from './tabs.js';

const after = (...actions: TabAction[]): Tabs =>
  actions.reduce<Tabs>(tabsReducer, { open: [], active: null });
const look = (path: string): TabAction => ({ type: 'open', path, pin: false });
const keep = (path: string): TabAction => ({ type: 'open', path, pin: true });
const paths = (tabs: Tabs) => tabs.open.map((tab) => tab.path);

it('EDT4 looking at another file replaces the one looked at', () => {
  expect(paths(after(look('a'), look('b')))).toEqual(['b']);
  expect(paths(after(look('a'), { type: 'pin', path: 'a' }, look('b')))).toEqual(['a', 'b']);
  expect(paths(after(keep('a'), look('b'), keep('b'), look('c')))).toEqual(['a', 'b', 'c']);
});

it('EDT5 closing the active file activates its neighbour', () => {
  const open = after(keep('a'), keep('b'), keep('c'));
  expect(tabsReducer({ ...open, active: 'b' }, { type: 'close', path: 'b' }).active).toBe('c');
  expect(tabsReducer(open, { type: 'close', path: 'c' }).active).toBe('b');
  expect(after(keep('a'), { type: 'close', path: 'a' })).toEqual({ open: [], active: null });
});

it('EDT4 of files that were moved away from one name, and one that is there now, each keeps its own editor', () => {
  const moved = after(
    keep('a'),
    { type: 'move', from: 'a', to: 'b' },
    keep('a'),
    { type: 'move', from: 'a', to: 'c' },
    keep('a'),
  );
  expect(paths(moved)).toEqual(['b', 'c', 'a']);
  const editors = moved.open.map((tab) => tab.opened ?? tab.path);
  expect(new Set(editors).size).toBe(3);
});

it('EDT4 a moved folder takes its open files along', () => {
  const moved = tabsReducer(after(keep('src/a'), keep('srcx')), { type: 'move', from: 'src', to: 'lib' });
  expect(paths(moved)).toEqual(['lib/a', 'srcx']);
});
