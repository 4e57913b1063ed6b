import { expect, test } from 'vitest';
import type { WorkspaceEvent } from '@protocol/event.js';
import { pastPathOf } from './event-past.js';

const event = (type: string, payload: object) => ({ type, payload }) as WorkspaceEvent;
const nowhere = () => false;

test('HIS1 a folder that is nowhere any more is no file to be seen as it was; the file that is open in it is', () => {
  const moved = event('file.moved', { from: 'src', to: 'lib', isFolder: true });
  const deleted = event('file.deleted', { path: 'lib', isFolder: true });
  for (const each of [moved, deleted]) {
    expect(pastPathOf(each, null, nowhere)).toBeNull();
    expect(pastPathOf(each, 'lib.txt', nowhere)).toBeNull();
    expect(pastPathOf(each, 'lib/a.txt', nowhere)).toBe('lib/a.txt');
  }
});

test('HIS1 of a file its event leads to it, of an older event about a folder what the tree knows decides', () => {
  expect(pastPathOf(event('file.deleted', { path: 'a.txt' }), 'b.txt', nowhere)).toBe('a.txt');
  const older = event('file.moved', { from: 'src', to: 'lib' });
  expect(pastPathOf(older, null, nowhere)).toBe('lib');
  expect(pastPathOf(older, null, (path) => path === 'src')).toBeNull();
  expect(pastPathOf(event('workspace.opened', {}), 'b.txt', nowhere)).toBe('b.txt');
  expect(pastPathOf(event('person.joined', {}), 'b.txt', nowhere)).toBeNull();
});
