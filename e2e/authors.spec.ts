import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { editorOf, linesOf, openFile, statusOf } from './code-page.js';
import { expectAccessible } from './accessible.js';
import { expect, test } from './fixtures.js';

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
