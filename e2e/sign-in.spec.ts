import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectAccessible, expectNothingBesideThePage } from './accessible.js';
import { expect, test } from '@playwright/test';
import { codeOf, editorOf, linesOf, statusOf } from './code-page.js';
import { PerchProcess } from './perch-process.js';

let perch: PerchProcess;
test.beforeAll(async () => {
  perch = await PerchProcess.start({
    PERCH_SECRET: 'a secret for tests of thirty-two or more',
    GITHUB_APP_CLIENT_ID: 'Iv1.perch',
    GITHUB_APP_CLIENT_SECRET: 'the-secret-of-the-app',
  });
});
test.afterAll(() => perch.stop());

for (const [colorScheme, viewport] of [
  ['light', { width: 1280, height: 800 }],
  ['dark', { width: 390, height: 780 }],
] as const)
  test(`SEC2 somebody signs in with GitHub and is where he wanted to go, ${colorScheme}, ${viewport.width} px`, async ({
    browser,
  }, testInfo) => {
    const context = await browser.newContext({ baseURL: perch.url, colorScheme, viewport });
    const page = await context.newPage();
    await page.goto('/settings/tokens');
    const button = page.getByRole('link', { name: 'Sign in with GitHub' });
    await expect(button).toBeVisible();
    // The owner of a hosted Perch finds no printed link.
    await expect(page.getByText('npm run -s owner-link')).toBeVisible();
    await expectAccessible(page);
    await expectNothingBesideThePage(page);
    await button.click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect(page.getByRole('alert')).toContainText('You did not let Perch act for you on GitHub');
    await expectAccessible(page);
    await expectNothingBesideThePage(page);
    await page.screenshot({ path: testInfo.outputPath('sign-in.png') });
    await button.focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'Authorize Perch' })).toBeVisible();
    await expectAccessible(page);
    await expectNothingBesideThePage(page);
    await page.screenshot({ path: testInfo.outputPath('forge.png') });
    await page.getByRole('button', { name: 'Authorize as ada' }).click();
    await expect(page.getByRole('heading', { name: 'Access tokens' })).toBeVisible();
    expect(new URL(page.url()).pathname).toBe('/settings/tokens');
    await page.getByRole('button', { name: 'Account of Ada' }).click();
    await expect(page.getByText('ada on GitHub')).toBeVisible();
    await page.screenshot({ path: testInfo.outputPath('menu.png') });
    expect(await page.evaluate('JSON.stringify([document.cookie, { ...localStorage }])')).not.toMatch(
      /gh[a-z]_/,
    );
    await context.close();
  });

/** The forge’s owner gives the example away, as he would with a request of his own. */
async function transfer(to: string): Promise<void> {
  const signIn = await fetch(`${perch.url}/api/auth/github`, { redirect: 'manual' });
  const forge = new URL(signIn.headers.get('location')!).origin;
  const token = await readFile(join(perch.stateDirectory, 'forge', 'token'), 'utf8');
  const { status } = await fetch(`${forge}/api/v3/repos/perch/perch-hop/transfer`, {
    method: 'POST',
    headers: { authorization: `token ${token.trim()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ new_owner: to }),
  });
  expect(status).toBe(202);
}

test('SEC2 GIT3 the link that Perch prints signs its owner in, once; his page goes along with a transferred repository', async ({
  browser,
}) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(perch.link);
  await expect(page.getByRole('heading', { name: 'Workspaces' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Account of Owner' })).toBeVisible();
  const other = await (await browser.newContext()).newPage();
  await other.goto(perch.link);
  await expect(other.getByRole('alert')).toContainText('used');
  await other.context().close();
  await page.goto(`${perch.url}${codeOf('main')}?path=README.md`);
  await expect(statusOf(page)).toHaveText('Saved');
  await editorOf(page, 'README.md').focus();
  await page.keyboard.type('In the middle of a ');
  await transfer('elsewhere');
  const there = codeOf('main', 'elsewhere/perch-hop');
  await expect(page).toHaveURL(`${perch.url}${there}?path=README.md`);
  await expect(page.getByText('perch/perch-hop is elsewhere/perch-hop on GitHub now')).toBeVisible();
  await page.keyboard.type('word.');
  await expect(linesOf(page)).toContainText('In the middle of a word.');
  await expect(statusOf(page)).toHaveText('Saved');
  // Signed out elsewhere, whoever is in a room is led back to it.
  await page.goto(`${perch.url}${there}`);
  await expect(page.getByRole('treeitem', { name: /README\.md/ })).toBeVisible();
  await context.request.delete(`${perch.url}/api/session`);
  await page.getByRole('link', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Sign in to Perch' })).toBeVisible();
  expect(new URL(page.url()).searchParams.get('returnTo')).toBe(there);
  await context.close();
});
