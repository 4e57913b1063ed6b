import { test as base, type BrowserContext, type Page } from '@playwright/test';
import { PerchProcess } from './perch-process.js';

type WorkerFixtures = { perch: PerchProcess; signedIn: { alice: BrowserContext; bob: BrowserContext } };
type TestFixtures = { alice: Page; bob: Page };

/** alice owns the server; bob came in by an invitation to write. Both stay signed in for the whole file. */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  perch: [
    async ({}, use) => {
      const perch = await PerchProcess.start();
      await use(perch);
      await perch.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  signedIn: [
    async ({ browser, perch }, use) => {
      const alice = await browser.newContext({ baseURL: perch.url });
      const page = await alice.newPage();
      await page.goto(perch.link);
      await page.waitForURL((url) => url.pathname === '/');
      const reply = await page.request.post('/api/invitations', {
        data: { owner: 'perch', repo: 'perch-hop', role: 'write', expiresInHours: 1 },
      });
      const { url } = (await reply.json()) as { url: string };
      await page.request.patch('/api/session', { data: { name: 'Alice', email: 'alice@example.com' } });
      await page.close();
      const bob = await browser.newContext({ baseURL: perch.url });
      const joining = await bob.newPage();
      await joining.goto(url);
      await joining.getByLabel(/^Your name/).fill('Bob');
      await joining.getByRole('button', { name: /Join/ }).click();
      await joining.waitForURL((at) => at.pathname.startsWith('/github/') || at.pathname === '/');
      await joining.close();
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

export { expect } from '@playwright/test';
