import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Conflict } from '../protocol/conflict.js';
import { startHookedPerch, type HookedPerch } from '../webhook/testing/hooked-perch.js';

let it: HookedPerch;
beforeAll(async () => {
  it = await startHookedPerch();
});
afterAll(() => it.stop());

test('GIT2 an upload that was moved after its conflict was found waits for the decision where it is now', async () => {
  const owner = await it.perch.ownerCookie();
  const id = await it.perch.open(owner);
  const params = { id };
  const bytes = Buffer.from([0, 1, 2, 255]);
  const uploaded = await fetch(`${it.perch.url}/api/workspaces/${id}/files?path=art.bin`, {
    method: 'PUT',
    headers: { cookie: owner },
    body: bytes,
  });
  expect(uploaded.status).toBe(200);
  await it.push('art.bin', '\u0000theirs');
  await it.perch.open(owner);
  const conflicts = async () =>
    (await it.perch.ask(owner, 'GET /api/workspaces/:id/conflicts', { params })).body as Conflict[];
  expect(await conflicts()).toMatchObject([{ kind: 'binary', path: 'art.bin' }]);
  const move = { from: 'art.bin', to: 'pictures/art.bin' };
  expect(
    (await it.perch.ask(owner, 'POST /api/workspaces/:id/files/move', { params, body: move })).status,
  ).toBe(200);
  const [conflict] = await conflicts();
  expect(conflict).toMatchObject({ kind: 'binary', path: move.to });
  const commit = (paths: string[]) =>
    it.perch.ask(owner, 'POST /api/workspaces/:id/commit', { params, body: { message: 'Art', paths } });
  const refused = await commit([move.to]);
  expect(refused).toMatchObject({ status: 409, body: { code: 'conflict' } });
  expect((refused.body as { message: string }).message).toContain(move.to);
  const decided = await it.perch.ask(owner, 'POST /api/workspaces/:id/conflicts/:conflictId/resolve', {
    params: { id, conflictId: conflict?.id ?? '' },
    body: { choice: 'both' },
  });
  expect(decided.status).toBe(200);
  const { body } = await it.perch.ask(owner, 'GET /api/workspaces/:id/changes', { params });
  const paths = (body as { path: string }[]).map(({ path }) => path);
  expect((await commit(paths)).status).toBe(200);
  expect(it.surroundings.git.git('ls-tree', '-r', '--name-only', 'main').split('\n')).toContain('art.bin');
  expect(it.surroundings.git.git('show', 'main:art.bin')).toContain('theirs');
});
