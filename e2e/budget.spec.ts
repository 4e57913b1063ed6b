import { expect, test } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startForge } from '../server/forge/forge.js';
import { codeOf, editorOf, linesOf, openFile, statusOf } from './code-page.js';
import { PerchProcess } from './perch-process.js';

const TOKEN = 'a-token-for-tests';
const AN_HOUR = 60;

test('GIT6 a low or used-up budget is told with its reset; what is open is edited on', async ({
  browser,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'perch-budget-'));
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.com', '-C', folder, ...args]);
  git('init', '--quiet', '--initial-branch=main');
  for (const name of ['open.txt', 'other.txt']) await writeFile(join(folder, name), `${name}\n`);
  git('add', '.');
  git('commit', '--quiet', '-m', 'first');
  const forge = await startForge({
    stateDirectory: join(folder, '.git', 'forge'),
    users: [{ login: 'perch', name: 'Perch', email: 'perch@perch.invalid', token: TOKEN }],
    rates: { requestsPerHour: AN_HOUR },
  });
  await forge.addRepository({ owner: 'octo', name: 'cat', path: join(folder, '.git') });
  /** Asks as Perch does, until so many requests are left. */
  const spendTo = async (left: number): Promise<void> => {
    for (;;) {
      const answer = await fetch(`${forge.apiUrl}/repos/octo/cat`, {
        headers: { Authorization: `Bearer ${TOKEN}` },
      });
      if (Number(answer.headers.get('x-ratelimit-remaining')) <= left) return;
    }
  };
  const perch = await PerchProcess.start({ GITHUB_API_URL: forge.apiUrl, GITHUB_TOKEN: TOKEN });
  const context = await browser.newContext({ baseURL: perch.url });
  try {
    const page = await context.newPage();
    await page.goto(perch.link);
    await page.waitForURL((url) => url.pathname === '/');
    await openFile(page, 'main', 'open.txt', 'octo/cat');
    const notice = page.getByText(/^GitHub takes/);
    await expect(notice).toHaveCount(0);

    await spendTo(4);
    await page.reload();
    await expect(notice).toHaveText(/only \d more of 60 requests from Perch until \d+:\d\d/);
    await spendTo(0);
    await page.goto(`${codeOf('main', 'octo/cat')}?path=other.txt`);
    await expect(notice.filter({ hasText: 'no more requests from Perch until' })).toBeVisible();
    await expect(
      page.locator('.editor-body').getByText(/rate limit is used up\. Your work is kept/),
    ).toBeVisible();
    // The room is entered anew all the same, and what was open opens.
    await page.goto(`${codeOf('main', 'octo/cat')}?path=open.txt`);
    await expect(statusOf(page)).toHaveText('Saved');
    await editorOf(page, 'open.txt').focus();
    await page.keyboard.type('on and on ');
    await expect(statusOf(page)).toHaveText('Saved');
    await expect(linesOf(page)).toContainText('on and on');
  } finally {
    await context.close();
    await perch.stop();
    await forge.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
