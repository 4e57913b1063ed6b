import { afterAll, beforeAll, expect, test } from 'vitest';
import { Room } from '../../client/lib/room/room.js';
import { OWNER, PerchServer, REPO } from '../testing/perch-server.js';

const PUSHES = 12;
/** Six pushes take five intervals of 5 ms, less what the machine was late with the first. */
const SIX_PUSHES_MS = 15;

let perch: PerchServer;
beforeAll(async () => {
  perch = await PerchServer.start();
});
afterAll(() => perch.stop());

test('SEC5 a program that types in every turn stays within the limit: its edits share pushes', async () => {
  const cookie = await perch.ownerCookie();
  const opened = await perch.ask(cookie, 'POST /api/workspaces', {
    body: { owner: OWNER, repo: REPO, branch: 'main' },
  });
  const room = new Room({
    url: perch.url,
    workspaceId: (opened.body as { id: string }).id,
    headers: { cookie },
  });
  const document = room.openDocument('src/main.js');
  const pushedAt: number[] = [];
  room.socket.onAnyOutgoing((event) => {
    if (event === 'document:push') pushedAt.push(performance.now());
  });
  room.start();
  await expect.poll(() => document.state, { timeout: 20_000 }).toMatchObject({ kind: 'live', save: 'saved' });
  while (pushedAt.length < PUSHES) {
    document.text.insert(0, 'x');
    await new Promise(setImmediate);
  }
  await expect.poll(() => document.state, { timeout: 20_000 }).toMatchObject({ kind: 'live', save: 'saved' });
  const taken = pushedAt.slice(5).map((at, index) => at - pushedAt[index]!);
  expect(taken.length).toBeGreaterThan(0);
  expect(Math.min(...taken)).toBeGreaterThanOrEqual(SIX_PUSHES_MS);
  room.stop();
});
