import { expect, it } from 'vitest';
import { groupsReducer, type EditorGroups, type GroupAction } from './editor-groups.js';

const after = (...actions: GroupAction[]): EditorGroups =>
  actions.reduce<EditorGroups>(groupsReducer, { groups: [{ open: [], active: null }], focused: 0 });
const open = (path: string, group?: number): GroupAction => ({
  type: 'tabs',
  group,
  action: { type: 'open', path, pin: true },
});
const outline = ({ groups, focused }: EditorGroups) => [
  focused,
  ...groups.map((tabs) => tabs.open.map((tab) => tab.path)),
];

it('EDT6 splitting shows the active file a second time, and files open where one is', () => {
  expect(outline(after(open('a'), open('b'), { type: 'split' }))).toEqual([1, ['a', 'b'], ['b']]);
  expect(outline(after(open('a'), { type: 'split' }, open('c')))).toEqual([1, ['a'], ['a', 'c']]);
});

it('EDT6 a group whose last file is closed goes', () => {
  const close: GroupAction = { type: 'tabs', group: 0, action: { type: 'close', path: 'a' } };
  expect(outline(after(open('a'), { type: 'split' }, open('b'), close))).toEqual([0, ['a', 'b']]);
});
