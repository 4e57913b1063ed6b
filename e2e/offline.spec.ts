import type { BrowserContext, Page } from '@playwright/test';
import { codeOf, editorOf, linesOf, screenText, statusOf } from './code-page.js';
import { expect, test } from './fixtures.js';

test.use({ serviceWorker: 'allow' });

const CODE = codeOf('main');
const addressOf = (path: string) => `${CODE}?path=${encodeURIComponent(path)}`;
const KEPT = 'Not connected: kept on this device';

async function expectOnce(page: Page, ...texts: string[]): Promise<void> {
  for (const text of texts)
    await expect.poll(async () => (await screenText(page)).split(text).length - 1, { message: text }).toBe(1);
}

/** Opens a file, and waits until the page could do so without the server. */
async function openFile(page: Page, path: string): Promise<void> {
  await page.goto(addressOf(path));
  await expect(statusOf(page)).toHaveText('Saved');
  await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
}

async function typeLine(
  page: Page,
  path: string,
  line: string,
  at: 'start' | 'end' = 'start',
): Promise<void> {
  await editorOf(page, path).focus();
  await page.keyboard.press(at === 'start' ? 'Control+Home' : 'Control+End');
  await page.keyboard.type(at === 'start' ? `${line}\n` : `\n${line}`);
  await expect(linesOf(page)).toContainText(line);
}

async function workspaceId(page: Page): Promise<string> {
  const reply = await page.request.post('/api/workspaces', {
    data: { owner: 'perch', repo: 'perch-hop', branch: 'main' },
  });
  return ((await reply.json()) as { id: string }).id;
}

async function makeFile(page: Page, path: string, text: string): Promise<void> {
  const reply = await page.request.post(`/api/workspaces/${await workspaceId(page)}/files`, {
    data: { path, text },
  });
  expect(reply.ok()).toBe(true);
}

async function invitation(owner: Page): Promise<string> {
  const reply = await owner.request.post('/api/invitations', {
    data: { owner: 'perch', repo: 'perch-hop', role: 'write', expiresInHours: 1 },
  });
  return ((await reply.json()) as { url: string }).url;
}

/** Somebody new joins on this device. */
async function join(device: BrowserContext, url: string, name: string): Promise<Page> {
  const page = await device.newPage();
  await page.goto(url);
  await page.getByLabel(/^Your name/).fill(name);
  await page.getByRole('button', { name: /Join/ }).click();
  await page.waitForURL((at) => at.pathname.startsWith('/github/'));
  return page;
}

test('OFF1 OFF2 what is typed without the server outlives reloads without it, and merges', async ({
  perch,
  alice,
  bob,
}) => {
  const path = 'offline/merged.txt';
  await makeFile(alice, path, 'one\ntwo\nthree');
  await openFile(alice, path);
  await perch.kill();
  await expect(statusOf(alice)).toHaveText(KEPT);
  await typeLine(alice, path, 'first visit');

  await alice.reload();
  await expect(statusOf(alice)).toHaveText(KEPT);
  await expectOnce(alice, 'first visit', 'three');
  await expect(alice.getByRole('treeitem', { name: /README\.md/ })).toBeVisible();
  await expect(alice.getByRole('button', { name: 'Account of Alice' })).toBeVisible();
  await typeLine(alice, path, 'second visit');
  await alice.reload();
  await expectOnce(alice, 'first visit', 'second visit', 'three');
  await alice.keyboard.press('Control+End');
  await typeLine(alice, path, 'third visit');

  await alice.context().setOffline(true);
  await perch.start();
  await openFile(bob, path);
  await typeLine(bob, path, 'meanwhile', 'end');
  await expect(statusOf(bob)).toHaveText('Saved');

  await alice.context().setOffline(false);
  await expect(statusOf(alice)).toHaveText('Saved');
  for (const page of [alice, bob])
    await expectOnce(page, 'first visit', 'second visit', 'third visit', 'meanwhile', 'one', 'two', 'three');
  expect(await screenText(alice)).toBe(await screenText(bob));
  // Nothing is left to be sent a second time.
  await alice.reload();
  await expect(statusOf(alice)).toHaveText('Saved');
  await expectOnce(alice, 'first visit', 'second visit', 'third visit', 'meanwhile');
});

test('OFF1 two tabs without the server: nothing is lost and nothing doubled', async ({ alice, bob }) => {
  const path = 'offline/two-tabs.txt';
  await makeFile(alice, path, 'one\ntwo');
  const other = await alice.context().newPage();
  await openFile(alice, path);
  await openFile(other, path);
  await alice.context().setOffline(true);
  for (const page of [alice, other]) await expect(statusOf(page)).toHaveText(KEPT);
  await typeLine(alice, path, 'of the first tab');
  await typeLine(other, path, 'of the second tab', 'end');
  await alice.reload();
  await expectOnce(alice, 'of the first tab', 'of the second tab');
  await typeLine(alice, path, 'of both');
  await other.reload();
  await expectOnce(other, 'of the first tab', 'of the second tab', 'of both');

  await alice.context().setOffline(false);
  await openFile(bob, path);
  for (const page of [alice, other, bob]) {
    await expect(statusOf(page)).toHaveText('Saved');
    await expectOnce(page, 'of the first tab', 'of the second tab', 'of both', 'one', 'two');
  }
  await other.close();
});

test('OFF1 DOC1 a document that was replaced meanwhile gets the edits once, from two tabs', async ({
  alice,
  bob,
}) => {
  const path = 'offline/replaced.txt';
  await makeFile(alice, path, 'one\ntwo\nthree');
  const other = await alice.context().newPage();
  await openFile(alice, path);
  await alice.context().setOffline(true);
  await typeLine(alice, path, 'kept for later');
  await alice.reload();
  await other.goto(addressOf(path));
  for (const page of [alice, other]) await expectOnce(page, 'kept for later');

  const files = `/api/workspaces/${await workspaceId(bob)}/files`;
  expect((await bob.request.post(`${files}/delete`, { data: { path } })).ok()).toBe(true);
  await makeFile(bob, path, 'one\ntwo\nthree\nmade anew');
  await openFile(bob, path);

  await alice.context().setOffline(false);
  for (const page of [alice, other, bob]) {
    await expect(statusOf(page)).toHaveText('Saved');
    await expectOnce(page, 'kept for later', 'one', 'two', 'three', 'made anew');
  }
  await alice.reload();
  await expect(statusOf(alice)).toHaveText('Saved');
  await expectOnce(alice, 'kept for later', 'made anew');
  await other.close();
});

test('OFF1 what a closed page could not send is sent when its branch is opened', async ({ alice, bob }) => {
  const path = 'offline/closed.txt';
  await makeFile(alice, path, 'one');
  const context = alice.context();
  await openFile(alice, path);
  await context.setOffline(true);
  await typeLine(alice, path, 'sent without being opened');
  await alice.reload();
  await expectOnce(alice, 'sent without being opened');
  await alice.goto('about:blank');
  await context.setOffline(false);
  await openFile(bob, path);
  await expect(linesOf(bob)).not.toContainText('sent without being opened');
  await alice.goto(CODE);
  await expectOnce(bob, 'sent without being opened', 'one');
});

test('OFF3 nobody else on the device sees or sends what is kept; its person finds it again', async ({
  alice,
  bob,
  browser,
  perch,
}) => {
  const path = 'offline/private.txt';
  await makeFile(alice, path, 'start');
  const device = await browser.newContext({ baseURL: perch.url, serviceWorkers: 'allow' });
  const [forDora, forCarol] = [await invitation(alice), await invitation(alice)];
  const dora = await join(device, forDora, 'Dora');
  await openFile(dora, path);
  const cookies = await device.cookies();
  await device.setOffline(true);
  await typeLine(dora, path, 'of Dora alone');
  await dora.close();

  // Her session has ended by itself; somebody else comes.
  await device.clearCookies();
  await device.setOffline(false);
  const carol = await join(device, forCarol, 'Carol');
  await openFile(carol, path);
  await expectOnce(carol, 'start');
  await expect(linesOf(carol)).not.toContainText('of Dora alone');
  await device.setOffline(true);
  await carol.reload();
  await expect(carol.getByRole('button', { name: 'Account of Carol' })).toBeVisible();
  await expectOnce(carol, 'start');
  await expect(linesOf(carol)).not.toContainText('of Dora alone');
  await device.setOffline(false);
  await openFile(bob, path);
  await expect(linesOf(bob)).not.toContainText('of Dora alone');

  // Carol's page is still open when the device is Dora's again: it is not to work on in her name.
  await device.clearCookies();
  await device.addCookies(cookies);
  const back = await device.newPage();
  await openFile(back, path);
  await expectOnce(back, 'of Dora alone', 'start');
  await expectOnce(bob, 'of Dora alone', 'start');
  await expect(carol.getByRole('button', { name: 'Account of Dora' })).toBeVisible();
  await device.close();
});

test('OFF3 signing out deletes what is kept, and asks first where something was not sent', async ({
  alice,
  bob,
  browser,
  perch,
}) => {
  const path = 'offline/signed-out.txt';
  await makeFile(alice, path, 'one');
  const device = await browser.newContext({ baseURL: perch.url, serviceWorkers: 'allow' });
  const erin = await join(device, await invitation(alice), 'Erin');
  await openFile(erin, path);
  await device.setOffline(true);
  await typeLine(erin, path, 'never to be sent');
  await erin.goto('/');
  await expect(erin.getByRole('button', { name: 'Account of Erin' })).toBeVisible();
  await device.setOffline(false);

  const signOut = async (): Promise<void> => {
    await erin.getByRole('button', { name: 'Account of Erin' }).click();
    await erin.getByRole('menuitem', { name: 'Sign out' }).click();
  };
  await signOut();
  const dialog = erin.getByRole('dialog', { name: /Sign out and lose/ });
  await expect(dialog).toContainText(path);
  await dialog.getByRole('button', { name: 'Stay signed in' }).click();
  await expect(erin.getByRole('button', { name: 'Account of Erin' })).toBeVisible();
  await signOut();
  await dialog.getByRole('button', { name: 'Sign out and delete it' }).click();
  await erin.waitForURL('**/sign-in');
  expect(await erin.evaluate('indexedDB.databases()')).toEqual([]);
  expect(await erin.evaluate("localStorage.getItem('perch.person')")).toBeNull();
  const cached = await erin.evaluate<string[]>(`(async () => {
    const stores = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
    const requests = await Promise.all(stores.map((store) => store.keys()));
    return requests.flat().map((request) => new URL(request.url).pathname);
  })()`);
  expect(cached).toContain('/index.html');
  expect(cached.filter((path) => path.startsWith('/api'))).toEqual([]);
  await device.setOffline(true);
  await erin.goto(addressOf(path));
  await expect(erin.getByText('Perch cannot be reached')).toBeVisible();
  await device.setOffline(false);
  await openFile(bob, path);
  await expect(linesOf(bob)).not.toContainText('never to be sent');
  await device.close();
});
