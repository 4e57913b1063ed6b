import { type Browser, type BrowserContext, type Page } from '@playwright/test';

/** The browser of somebody new, let in to watch by whoever has this page; it knows nobody yet. */
export async function letInToRead(browser: Browser, page: Page, name: string): Promise<BrowserContext> {
  const made = await page.request.post('/api/invitations', {
    data: { owner: 'perch', repo: 'perch-hop', role: 'read', expiresInHours: 1 },
    // A connection that was idle for seconds may be about to end.
    maxRetries: 1,
  });
  const { origin, hash } = new URL(((await made.json()) as { url: string }).url);
  const context = await browser.newContext({ baseURL: origin, serviceWorkers: 'block' });
  await context.request.post('/api/invitations/accept', { data: { token: hash.slice(1), name } });
  return context;
}
