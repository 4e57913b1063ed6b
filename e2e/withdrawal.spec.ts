import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { codeOf, editorOf, linesOf, openFile, statusOf } from './code-page.js';
import { expectAccessible } from './accessible.js';
import { expect, test } from './fixtures.js';

const SEEN = 'only those inside may read this';
const MINE = 'written without a connection';

/** Everything that this device keeps, of whomever, as text: read in the page. */
const READ_DEVICE = `(async () => {
  const done = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const bytes = (_, value) => (value instanceof Uint8Array ? new TextDecoder().decode(value) : value);
  const kept = [];
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name));
    for (const store of database.objectStoreNames)
      kept.push(...(await done(database.transaction(store).objectStore(store).getAll())));
    database.close();
  }
  return kept.map((row) => JSON.stringify(row, bytes)).join('\\n');
})()`;
const keptOnDevice = (page: Page) => page.evaluate<string>(READ_DEVICE);

test('SEC1 OFF3 whoever is put out is told, keeps what he wrote last as a download, and nothing of the repository', async ({
  alice,
  bob,
}) => {
  const path = 'withdrawal/seen.txt';
  const opened = await alice.request.post('/api/workspaces', {
    data: { owner: 'perch', repo: 'perch-hop', branch: 'main' },
  });
  const { id } = (await opened.json()) as { id: string };
  await alice.request.post(`/api/workspaces/${id}/files`, { data: { path, text: `${SEEN}\n` } });
  await openFile(bob, 'main', path);
  await expect(linesOf(bob)).toContainText(SEEN);
  await expect.poll(() => keptOnDevice(bob)).toContain(SEEN);

  // He writes while his connection is gone, and is put out meanwhile.
  await bob.context().setOffline(true);
  await expect(statusOf(bob)).toContainText('Not connected');
  await editorOf(bob, path).focus();
  await bob.keyboard.press('Control+End');
  await bob.keyboard.type(MINE);
  await expect.poll(() => keptOnDevice(bob)).toContain('"update"');
  const person = (await (await alice.request.get('/api/members?owner=perch&repo=perch-hop')).json()) as {
    person: { id: string; name: string };
  }[];
  const bobs = person.find((each) => each.person.name === 'Bob')!.person.id;
  await alice.request.delete(`/api/members/${bobs}?owner=perch&repo=perch-hop`);
  await bob.context().setOffline(false);

  await expect(bob.getByText(/Your access to this repository was withdrawn/)).toBeVisible();
  await expect(editorOf(bob, path)).toHaveCount(0);
  const rescued = bob.getByRole('alert').filter({ hasText: 'was not sent' });
  await expect(rescued).toContainText(path);
  await bob.emulateMedia({ colorScheme: 'dark' });
  await expectAccessible(bob);
  const [download] = await Promise.all([
    bob.waitForEvent('download'),
    rescued.getByRole('button', { name: 'Download what I wrote' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('unsent-perch-perch-hop.txt');
  const text = await readFile(await download.path(), 'utf8');
  expect(text).toContain(`=== main: ${path}\n--- line 2\n${MINE}\n`);
  expect(text).not.toContain(SEEN);
  await expect.poll(() => keptOnDevice(bob)).not.toContain(SEEN);
  for (const gone of ['"update"', path, id]) expect(await keptOnDevice(bob)).not.toContain(gone);
  await rescued.getByRole('button', { name: 'Done' }).click();
  await expect(rescued).toHaveCount(0);
  await bob.goto(codeOf('main'));
  await expect(bob.getByText(/does not exist, or you may not see it/)).toBeVisible();
});
