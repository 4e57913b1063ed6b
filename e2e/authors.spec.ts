import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { codeOf, editorOf, linesOf, openFile, screenText, statusOf } from './code-page.js';
import { expectAccessible } from './accessible.js';
import { expect, test } from './fixtures.js';
import { letInToRead } from './reader.js';

const PATH = 'CHANGELOG.md';
const rowsOf = (page: Page) => page.getByRole('group', { name: 'Authors of lines' });
/** A line's row by what is read aloud of it. */
const rowOf = (page: Page, line: number, words: string) =>
  rowsOf(page).getByRole('button', { name: new RegExp(`^Line ${line}: ${words}`) });

test('DOC9 who wrote which line stands beside it, while typing as after a commit, and leads to the event', async ({
  perch,
  alice,
  bob,
}) => {
  const branch = 'authors';
  const forge = join(perch.stateDirectory, 'forge', 'perch-hop.git');
  execFileSync('git', ['-c', 'safe.directory=*', '-C', forge, 'branch', '--force', branch, 'main']);
  await openFile(alice, branch, PATH);
  await openFile(bob, branch, PATH);
  for (const page of [alice, bob]) {
    await page.keyboard.press('Alt+A');
    await expect(rowsOf(page).getByRole('button').first()).toBeVisible();
  }
  const committed = await rowOf(alice, 1, '').getAttribute('aria-label');
  expect(committed).toMatch(/, commit [0-9a-f]{7}$/);

  // At once where it is typed; from the server to the others, when it rests.
  await alice.keyboard.press('Control+Home');
  await alice.keyboard.type('Of Alice\n');
  await expect(rowOf(alice, 1, 'You, .*uncommitted')).toBeVisible();
  await expect(rowOf(alice, 2, committed!.slice('Line 1: '.length))).toBeVisible();
  await expect(linesOf(bob)).toContainText('Of Alice');
  await expect(rowOf(bob, 1, 'Alice, .*uncommitted')).toBeVisible();
  await expect(rowOf(bob, 1, 'Alice')).toContainText('Alice');

  // By the keyboard alone: who, when, and the event that tells of it.
  await bob.keyboard.press('Control+Home');
  await bob.keyboard.press('Alt+Q');
  const words = bob.getByRole('dialog', { name: 'Line 1' });
  await expect(words).toContainText('Alice');
  await expect(words).toContainText('Not committed');
  await expectAccessible(bob);
  await bob.keyboard.press('Escape');
  await expect(editorOf(bob, PATH)).toBeFocused();
  await rowOf(bob, 1, 'Alice').focus();
  await bob.keyboard.press('ArrowDown');
  await expect(rowOf(bob, 2, '')).toBeFocused();
  await bob.keyboard.press('Enter');
  await expect(bob.getByRole('dialog', { name: 'Line 2' })).toContainText(/[0-9a-f]{7}/);
  await bob.keyboard.press('Escape');
  await expect(rowOf(bob, 2, '')).toBeFocused();
  await rowOf(bob, 1, 'Alice').click();
  await words.getByRole('button', { name: 'Show in activity' }).click();
  const event = bob.getByRole('listitem').filter({ hasText: `Alice edited ${PATH}` });
  await expect(event).toBeFocused();

  // Committed, it names its commit; on a narrow screen the faces remain.
  await expect(statusOf(alice)).toHaveText('Saved');
  const { id } = (await (
    await alice.request.post('/api/workspaces', { data: { owner: 'perch', repo: 'perch-hop', branch } })
  ).json()) as { id: string };
  await alice.request.post(`/api/workspaces/${id}/commit`, { data: { message: 'By Alice', paths: [PATH] } });
  await expect(rowOf(bob, 1, 'Alice, .*commit [0-9a-f]{7}')).toBeVisible();
  await bob.emulateMedia({ colorScheme: 'dark' });
  await bob.setViewportSize({ width: 390, height: 780 });
  await bob.getByRole('button', { name: 'Editor' }).click();
  await rowOf(bob, 1, 'Alice').click();
  await expect(words).toContainText('By Alice');
  await expectAccessible(bob);
  await bob.keyboard.press('Escape');

  // The activity shows the last event alone at first, as if much had happened since.
  const shortened = bob.waitForRequest(/\/timeline\?limit=50$/);
  await bob.route(/\/timeline\?limit=50$/, (route) =>
    route.continue({ url: route.request().url().replace('limit=50', 'limit=1') }),
  );
  await bob.reload();
  await rowOf(bob, 1, 'Alice').click();
  await words.getByRole('button', { name: 'Show in activity' }).click();
  await shortened;
  await expect(bob.getByRole('listitem').filter({ hasText: 'By Alice' })).toBeFocused();
});

test('SEC1 OFF3 DOC9 who may only read sees live who wrote what, by keys that type nothing on a Mac, and writes nothing', async ({
  perch,
  alice,
  browser,
}) => {
  const branch = 'authors-read';
  const forge = join(perch.stateDirectory, 'forge', 'perch-hop.git');
  execFileSync('git', ['-c', 'safe.directory=*', '-C', forge, 'branch', '--force', branch, 'main']);
  await openFile(alice, branch, PATH);
  const context = await letInToRead(browser, alice, 'Ola');
  await context.addInitScript(
    `Object.defineProperty(Navigator.prototype, 'platform', { get: () => 'MacIntel' })`,
  );
  try {
    const ola = await context.newPage();
    // As if the commits were on GitHub, which the built-in forge is not.
    await ola.route(/\/lines\?/, async (route) => {
      const response = await route.fetch();
      const lines = (await response.json()) as {
        writings: { commit: { sha: string; url: unknown } | null }[];
      };
      for (const { commit } of lines.writings)
        if (commit) commit.url = `https://github.com/perch/perch-hop/commit/${commit.sha}`;
      await route.fulfill({ response, json: lines });
    });
    const asked: string[] = [];
    ola.on('request', (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`));
    await ola.goto(`${codeOf(branch)}?path=${PATH}`);
    await expect(statusOf(ola)).toHaveText('Watching');
    // A device that knows nobody yet asks once whose it is.
    expect(asked.filter((each) => each === 'GET /api/session')).toHaveLength(1);
    await editorOf(ola, PATH).focus();
    await ola.keyboard.press('Meta+Alt+A');
    await expect(rowOf(ola, 1, '.*, commit ')).toBeVisible();
    // What Option and A type in Polish is hers.
    const key = `{ key: 'ą', code: 'KeyA', altKey: true, bubbles: true, cancelable: true }`;
    expect(
      await ola.evaluate<boolean>(
        `document.activeElement.dispatchEvent(new KeyboardEvent('keydown', ${key}))`,
      ),
    ).toBe(true);
    await expect(rowsOf(ola)).toBeVisible();

    // A commit from before the room leads to the forge.
    await ola.keyboard.press('Meta+Alt+G');
    const words = ola.getByRole('dialog', { name: 'Line 1' });
    await expect(words).toContainText('The activity here has nothing of this commit.');
    await expect(words.getByRole('link', { name: 'See the commit on GitHub' })).toHaveAttribute(
      'href',
      /^https:\/\/github\.com\/perch\/perch-hop\/commit\/[0-9a-f]{40}$/,
    );
    await expectAccessible(ola);
    await ola.keyboard.press('Escape');
    await expect(editorOf(ola, PATH)).toBeFocused();

    const before = await screenText(ola);
    await ola.keyboard.press('Control+Home');
    await ola.keyboard.type('Of Ola');
    await alice.keyboard.press('Control+Home');
    await alice.keyboard.type('Of Alice\n');
    await expect(rowOf(ola, 1, 'Alice, .*uncommitted')).toBeVisible();
    await expect.poll(() => screenText(ola)).toBe(`Of Alice\n${before}`);
    await expect.poll(() => screenText(alice)).toMatch(/^Of Alice\n(?!Of Ola)/);
    await rowOf(ola, 1, 'Alice').click();
    await expect(words).toContainText('Not committed');
    await words.getByRole('button', { name: 'Show in activity' }).click();
    await expect(ola.getByRole('listitem').filter({ hasText: `Alice edited ${PATH}` })).toBeFocused();
  } finally {
    await context.close();
  }
});
