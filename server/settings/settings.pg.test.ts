import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultSettings } from '../protocol/settings.js';
import { PerchServer } from '../testing/perch-server.js';

let perch: PerchServer;
let alice: string;
beforeAll(async () => {
  perch = await PerchServer.start();
  alice = await perch.ownerCookie();
});
afterAll(() => perch.stop());

test('SEC1 settings are a person’s own, and what two tabs set at once is both kept', async () => {
  const bob = await perch.invite(alice, 'read');
  expect((await perch.ask(alice, 'GET /api/settings')).body).toEqual(defaultSettings);
  await Promise.all([
    perch.ask(alice, 'PATCH /api/settings', { body: { theme: 'dark' } }),
    perch.ask(alice, 'PATCH /api/settings', { body: { tabSize: 8 } }),
  ]);
  expect((await perch.ask(alice, 'GET /api/settings')).body).toEqual({
    ...defaultSettings,
    theme: 'dark',
    tabSize: 8,
  });
  expect((await perch.ask(bob, 'GET /api/settings')).body).toEqual(defaultSettings);
  expect((await perch.ask(null, 'GET /api/settings')).status).toBe(401);
  expect((await perch.ask(alice, 'PATCH /api/settings', { body: { tabSize: 3 } })).status).toBe(400);
});
