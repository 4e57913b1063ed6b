import { test as base, type BrowserContext, type Page } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PerchClient } from './perch-client.js';
import { PerchProcess } from './perch-process.js';

type WorkerFixtures = {
  /** What is served: the example, or a clone of this very project, in place. */
  serve: 'example' | 'clone';
  /** The served folder of `clone`. */
  clone: string;
  /** `owner/name` of what is served. */
  repository: string;
  /** What lets pages open without their server; people who have one share no browser with those who have none. */
  serviceWorker: 'allow' | 'block';
  perch: PerchProcess;
  signedIn: { alice: BrowserContext; bob: BrowserContext };
};
type TestFixtures = { alice: Page; bob: Page };

/** alice owns the server; bob came in by an invitation to write. Both stay signed in for the whole file. */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  serve: ['example', { option: true, scope: 'worker' }],
  serviceWorker: ['block', { option: true, scope: 'worker' }],
  clone: [
    async ({}, use) => {
      const folder = await mkdtemp(join(tmpdir(), 'perch-served-'));
      const clone = join(folder, 'a project');
      cloneProject(clone);
      await use(clone);
      await rm(folder, { recursive: true, force: true });
    },
    { scope: 'worker' },
  ],
  repository: [
    async ({ serve }, use) => use(serve === 'example' ? 'perch/perch-hop' : 'local/a-project'),
    { scope: 'worker' },
  ],
  perch: [
    async ({ serve, clone }, use) => {
      const perch = await PerchProcess.start({}, serve === 'clone' ? ['--repo', clone] : []);
      await use(perch);
      await perch.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  signedIn: [
    async ({ browser, perch, repository, serviceWorker }, use) => {
      const owner = await PerchClient.owner(perch.link);
      await owner.call('PATCH /api/session', '/api/session', { name: 'Alice', email: 'alice@example.com' });
      const [of = '', name = ''] = repository.split('/');
      const guest = await owner.invite('Bob', 'write', of, name);
      const enter = async ({ url, cookie }: PerchClient) => {
        const context = await browser.newContext({ baseURL: url, serviceWorkers: serviceWorker });
        const [key = '', value = ''] = cookie.split('=');
        await context.addCookies([{ name: key, value, url, httpOnly: true }]);
        return context;
      };
      const alice = await enter(owner);
      const bob = await enter(guest);
      await use({ alice, bob });
      await alice.close();
      await bob.close();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  alice: async ({ signedIn }, use) => {
    const page = await signedIn.alice.newPage();
    await use(page);
    await page.close();
  },
  bob: async ({ signedIn }, use) => {
    const page = await signedIn.bob.newPage();
    await use(page);
    await page.close();
  },
});

/** Where there is no history, as in an unpacked archive, the files are the first commit. */
function cloneProject(clone: string): void {
  const project = fileURLToPath(new URL('..', import.meta.url));
  const git = (...arguments_: string[]) =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...arguments_]);
  if (existsSync(join(project, '.git'))) {
    git('-c', 'safe.directory=*', 'clone', '--quiet', '--no-hardlinks', project, clone);
    git('-C', clone, 'switch', '--quiet', '-C', 'main');
  } else {
    git('init', '--quiet', '--initial-branch', 'main', clone);
    git('--git-dir', join(clone, '.git'), '--work-tree', project, 'add', '--all');
    git('-C', clone, 'commit', '--quiet', '--message', 'The project');
    git('-C', clone, 'reset', '--quiet', '--hard');
  }
}

export { expect } from '@playwright/test';
