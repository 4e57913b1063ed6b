import type { Page } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { codeOf, editorOf, linesOf, openFile, statusOf } from './code-page.js';
import { expectAccessible, expectNothingBesideThePage } from './accessible.js';
import { expect, test } from './fixtures.js';

const PATH = 'CHANGELOG.md';
const IMAGE = 'assets/bird.png';
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

test('HIS1 HIS3 a file is gone back through by the keyboard, compared with now and brought back', async ({
  perch,
  alice,
  bob,
}) => {
  const branch = 'history';
  const forge = join(perch.stateDirectory, 'forge', 'perch-hop.git');
  execFileSync('git', ['-c', 'safe.directory=*', '-C', forge, 'branch', '--force', branch, 'main']);
  await openFile(alice, branch, PATH);
  await openFile(bob, branch, PATH);
  await alice.keyboard.press('Control+Home');
  await alice.keyboard.type('First of Alice\n');
  await expect(linesOf(bob)).toContainText('First of Alice');
  await bob.keyboard.press('Control+Home');
  await bob.keyboard.type('Then of Bob\n');
  await expect(linesOf(alice)).toContainText('Then of Bob');

  // The activity tells who typed how much, of whatever kind one wants.
  const activity = alice.getByRole('region', { name: 'Activity' });
  await activity.getByRole('button', { name: 'Filter the activity' }).click();
  await alice.getByRole('menuitemcheckbox', { name: 'Edits' }).click();
  await alice.keyboard.press('Escape');
  await expect(activity.getByRole('listitem').filter({ hasText: 'came in' })).toHaveCount(0);
  const edited = activity.getByRole('listitem').filter({ hasText: `Alice edited ${PATH}` });
  await expect(edited).toContainText(/\+\d+/);
  await activity.getByRole('button', { name: /^Edits: take/ }).click();

  // From an event to the file as it was, and along its moments.
  await edited.getByRole('button', { name: `See ${PATH} as it was then` }).click();
  const past = alice.getByRole('region', { name: `History of ${PATH}` });
  const moment = past.getByRole('slider', { name: 'Moment' });
  await expect(linesOf(alice)).toContainText('First of Alice');
  await expect(linesOf(alice)).not.toContainText('Then of Bob');
  await expect(alice).toHaveURL(/[?&]at=\d+/);
  await moment.focus();
  await alice.keyboard.press('ArrowRight');
  await expect(moment).toHaveAttribute('aria-valuetext', /^Bob edited/);
  await expect(linesOf(alice)).toContainText('Then of Bob');
  // A browser takes only so many addresses: the one where one stays will do.
  const before = alice.url();
  const addresses = await countAddresses(alice);
  for (let time = 0; time < 12; time++)
    await alice.keyboard.press(time % 2 === 0 ? 'ArrowLeft' : 'ArrowRight');
  await alice.keyboard.press('Home');
  await expect(alice).not.toHaveURL(before);
  expect(await addresses.evaluate(({ told }) => told)).toBeLessThan(5);
  await expect(moment).toHaveAttribute('aria-valuetext', /opened this room/);
  await expect(linesOf(alice)).not.toContainText('First of Alice');
  await past.getByRole('button', { name: 'Compare with now' }).click();
  await expect(past.locator('.monaco-diff-editor')).toContainText('Then of Bob');
  await expectAccessible(alice);

  // A link leads there; on a narrow screen too.
  const link = alice.url();
  await bob.setViewportSize({ width: 390, height: 780 });
  await bob.emulateMedia({ colorScheme: 'dark' });
  await bob.goto(link.slice(link.indexOf(codeOf(branch))));
  await expect(bob.getByRole('slider', { name: 'Moment' })).toBeVisible();
  await expect(linesOf(bob)).not.toContainText('First of Alice');
  await expectNothingBesideThePage(bob);
  await expectAccessible(bob);

  await past.getByRole('button', { name: 'Restore this' }).click();
  await expect(editorOf(alice, PATH)).toHaveCount(1);
  await expect(linesOf(alice)).not.toContainText('of Bob');
  await expect(alice).not.toHaveURL(/[?&]at=/);
  await alice.getByRole('button', { name: 'Undo' }).click();
  await expect(linesOf(alice)).toContainText('Then of Bob');
  await expect(statusOf(alice)).toHaveText('Saved');
  await bob.getByRole('button', { name: 'Back to now' }).click();
  await expect(linesOf(bob)).toContainText('First of Alice');

  // An image is one then, too: from what replaced it back to the first.
  await replaceImage(alice, branch);
  await activity.getByRole('button', { name: `See ${IMAGE} as it was then` }).click();
  const seen = alice.getByRole('region', { name: `History of ${IMAGE}` });
  const drawn = seen.getByRole('img');
  await expect(drawn).toHaveJSProperty('naturalWidth', 1);
  await seen.getByRole('slider', { name: 'Moment' }).press('Home');
  await expect(drawn).toHaveJSProperty('naturalWidth', 64);
  await expect(seen.getByRole('link', { name: /^Download/ })).toHaveAttribute('href', /history\/raw/);
  await seen.getByRole('button', { name: 'Compare with now' }).click();
  await expect(seen.getByRole('img', { name: `${IMAGE} now` })).toHaveJSProperty('naturalWidth', 1);
  await expect(seen.getByRole('img', { name: `${IMAGE} as it was` })).toHaveJSProperty('naturalWidth', 64);
  await expectAccessible(alice);
  await seen.getByRole('button', { name: 'Restore this' }).click();
  const now = alice.getByRole('img', { name: 'bird.png', exact: true });
  await expect(now).toHaveJSProperty('naturalWidth', 64);
  await alice.getByRole('button', { name: 'Undo' }).click();
  await expect(now).toHaveJSProperty('naturalWidth', 1);
});

/** With a single pixel, as an upload does. */
function replaceImage(page: Page, branch: string): Promise<void> {
  return page.evaluate(
    async ({ at, bytes, name }) => {
      const headers = { 'Content-Type': 'application/json' };
      const body = JSON.stringify({ owner: 'perch', repo: 'perch-hop', branch: name });
      const opened = await fetch('/api/workspaces', { method: 'POST', headers, body });
      const { id } = (await opened.json()) as { id: string };
      const query = new URLSearchParams({ path: at, replace: 'true' });
      const pixel = Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0));
      await fetch(`/api/workspaces/${id}/files?${query}`, { method: 'PUT', body: pixel });
    },
    { at: IMAGE, bytes: PIXEL, name: branch },
  );
}

type Browser = { history: { replaceState: (...state: unknown[]) => void } };

/** How often the page says from now on that its address is another one. */
function countAddresses(page: Page) {
  return page.evaluateHandle(() => {
    const { history } = globalThis as unknown as Browser;
    const counted = { told: 0 };
    const replace = history.replaceState.bind(history);
    history.replaceState = (...state) => {
      counted.told++;
      replace(...state);
    };
    return counted;
  });
}
