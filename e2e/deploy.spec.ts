import { expect, test as base, type Page } from '@playwright/test';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { AwayProxy } from './away-proxy.js';
import { codeOf, editorOf, linesOf, openFile, screenText, statusOf } from './code-page.js';
import { PerchProcess } from './perch-process.js';

type Fixtures = { installed: string; front: AwayProxy; owner: Page };
const KEPT = 'Not connected: kept on this device';

/** Perch from an installation of its own, behind a proxy; its owner is signed in. */
const test = base.extend<object, Fixtures>({
  installed: [
    async ({}, use) => {
      const folder = await mkdtemp(join(tmpdir(), 'perch-installed-'));
      for (const name of await readdir(process.cwd()))
        if (name !== 'dist') await symlink(join(process.cwd(), name), join(folder, name));
      await cp('dist', join(folder, 'dist'), { recursive: true });
      await use(folder);
      await rm(folder, { recursive: true, force: true });
    },
    { scope: 'worker' },
  ],
  front: [
    async ({}, use) => {
      const front = await AwayProxy.start(await freePort());
      await use(front);
      await front.stop();
    },
    { scope: 'worker' },
  ],
  owner: [
    async ({ browser, installed, front }, use) => {
      const perch = await PerchProcess.start(
        { PERCH_PORT: String(front.serverPort), PERCH_URL: front.url },
        [],
        installed,
      );
      const context = await browser.newContext({ baseURL: front.url, serviceWorkers: 'allow' });
      const page = await context.newPage();
      await page.goto(perch.link);
      await page.waitForURL((url) => url.pathname === '/');
      await use(page);
      await context.close();
      await perch.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Another build in place of the one that is served: another page, which its own service worker knows. */
async function deploy(installed: string): Promise<void> {
  const client = join(installed, 'dist', 'client');
  const [page, worker] = [join(client, 'index.html'), join(client, 'service-worker.js')];
  const before = await readFile(page, 'utf8');
  const after = before.replace('</head>', '<meta name="build" content="next" /></head>');
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const known = await readFile(worker, 'utf8');
  const build = /build:[`'"]([0-9a-f]{16})[`'"]/.exec(known)![1]!;
  const next = known.replaceAll(hash(before), hash(after)).replaceAll(build, hash(build).slice(0, 16));
  await writeFile(page, after);
  await writeFile(worker, next);
}

async function typeAtTop(page: Page, path: string, line: string): Promise<void> {
  await editorOf(page, path).focus();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type(`${line}\n`);
  await expect(linesOf(page)).toContainText(line);
}

test('OFF2 a proxy that finds no server is no server: the page opens, and says that it is not connected', async ({
  owner,
  front,
}) => {
  const path = 'src/camera.js';
  await openFile(owner, 'main', path);
  await owner.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
  front.goAway(502);
  await expect(statusOf(owner)).toHaveText(KEPT);
  await typeAtTop(owner, path, '// while away');
  await owner.reload();
  await expect(statusOf(owner)).toHaveText(KEPT);
  await expect(owner.getByText('Not connected. What you type is kept')).toBeVisible();
  await expect(linesOf(owner)).toContainText('// while away');
  front.comeBack();
  await expect(statusOf(owner)).toHaveText('Saved');
  front.goAway(504);
  await owner.goto('/');
  await expect(owner.getByRole('heading', { name: 'Workspaces' })).toBeVisible();
  await expect(owner.getByText('The proxy finds no server')).toHaveCount(0);
  front.comeBack();
});

test('OFF2 after a deploy a sentence says so, and one click takes it; nothing typed is lost', async ({
  owner,
  front,
  installed,
}) => {
  const path = 'src/feathers.js';
  await openFile(owner, 'main', path);
  await owner.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
  front.goAway(503);
  await expect(statusOf(owner)).toHaveText(KEPT);
  await typeAtTop(owner, path, '// before the deploy');
  await deploy(installed);
  front.comeBack();
  const said = owner.getByText('A new version of Perch is here.');
  await expect(said).toBeVisible();
  // It takes nothing from under anybody: one goes on until it suits.
  await typeAtTop(owner, path, '// after it');
  await owner.getByRole('button', { name: 'Reload' }).click();
  await expect(owner.locator('meta[name=build]')).toHaveAttribute('content', 'next');
  await expect(statusOf(owner)).toHaveText('Saved');
  await expect
    .poll(async () => (await screenText(owner)).split('\n').slice(0, 2))
    .toEqual(['// after it', '// before the deploy']);
  await expect(said).toHaveCount(0);
  // And without the server it is the new one that opens.
  await owner.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
  front.goAway(502);
  await owner.goto(codeOf('main'));
  await expect(owner.locator('meta[name=build]')).toHaveCount(1);
  front.comeBack();
});
