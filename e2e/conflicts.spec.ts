import type { Page } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { linesOf, openFile, screenText, statusOf } from './code-page.js';
import { expectAccessible } from './accessible.js';
import { expect, test } from './fixtures.js';

const PATH = 'CHANGELOG.md';
const CAROL = ['-c', 'safe.directory=*', '-c', 'user.name=Carol', '-c', 'user.email=carol@example.com'];
const forgeOf = ({ stateDirectory }: { stateDirectory: string }) =>
  join(stateDirectory, 'forge', 'perch-hop.git');
const git = (...given: string[]) =>
  execFileSync('git', [...CAROL, ...given], { encoding: 'utf8', stdio: 'pipe' });

/** Carol, who is not here, pushes; and somebody comes in, which looks where the branch stands. */
async function push(
  perch: { stateDirectory: string },
  page: Page,
  branch: string,
  change: (text: string) => string,
  isForced = false,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'perch-push-'));
  try {
    git('clone', '--quiet', '--branch', branch, forgeOf(perch), folder);
    const file = join(folder, PATH);
    writeFileSync(file, change(readFileSync(file, 'utf8')));
    if (isForced) git('-C', folder, 'checkout', '--quiet', '--orphan', 'another-history');
    git('-C', folder, 'commit', '--quiet', '--all', '--message', 'From outside');
    git('-C', folder, 'push', '--quiet', '--force', 'origin', `HEAD:${branch}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  await page.request.post('/api/workspaces', { data: { owner: 'perch', repo: 'perch-hop', branch } });
}

test('GIT2 a conflict is shown beside the text to both, decided by one, and gone for both', async ({
  perch,
  alice,
  bob,
}) => {
  const branch = 'conflicts';
  git('-C', forgeOf(perch), 'branch', '--force', branch, 'main');
  await openFile(alice, branch, PATH);
  await openFile(bob, branch, PATH);
  await alice.keyboard.press('Control+Home');
  await alice.keyboard.type('Ours ');
  await alice.keyboard.press('Control+End');
  await alice.keyboard.type('Our end.');
  await expect(linesOf(bob)).toContainText('Our end.');
  await expect(statusOf(alice)).toHaveText('Saved');
  const faults: string[] = [];
  alice.on('pageerror', ({ message }) => faults.push(message));
  await push(perch, alice, branch, (text) => `${text.replace(/^/, 'Theirs ')}Their end.\n`);
  for (const page of [alice, bob]) {
    await expect(
      page.getByText(/^Carol pushed [0-9a-f]{7}: 1 file changed. 2 conflicts wait to be decided.$/),
    ).toBeVisible();
    const incoming = page.getByRole('group', { name: /^Incoming Change, .* by Carol/ });
    await expect(incoming).toContainText(['Theirs', 'Their end.']);
    expect(await screenText(page)).not.toContain('<<<');
  }
  await expect(
    alice.getByRole('listitem').filter({ hasText: /^Carol pushed [0-9a-f]{7}: 1 file changed, 2 conflicts/ }),
  ).toBeVisible();
  await expect(alice.getByRole('listitem').filter({ hasText: /^Carol changed the same as/ })).toHaveCount(2);
  await alice.getByRole('button', { name: /^Changes/ }).click();
  await expect(alice.getByRole('checkbox', { name: `Include ${PATH}, which has a conflict` })).toBeDisabled();
  await alice.emulateMedia({ colorScheme: 'dark' });
  await bob.setViewportSize({ width: 390, height: 780 });
  for (const page of [alice, bob]) await expectAccessible(page);
  await bob.setViewportSize({ width: 1280, height: 800 });
  await alice.getByRole('button', { name: 'Accept Incoming Change' }).last().click();
  await expect(bob.getByRole('group', { name: /^Incoming Change/ })).toHaveCount(1);
  await alice.getByRole('button', { name: 'Compare Changes' }).click();
  await expect(alice.getByRole('dialog').getByText('Theirs').first()).toBeInViewport({ ratio: 0.9 });
  await alice.keyboard.press('Escape');
  await expect(alice.getByRole('dialog')).toHaveCount(0);
  expect(faults).toEqual([]);
  // By the keyboard alone.
  await bob.keyboard.press('Alt+F5');
  await bob.keyboard.press('F1');
  await bob.keyboard.type('accept both');
  await bob.keyboard.press('Enter');
  for (const page of [alice, bob]) {
    await expect(page.getByRole('group', { name: /^Incoming Change/ })).toHaveCount(0);
    await expect.poll(() => screenText(page)).toMatch(/^Ours .*\nTheirs /);
  }
  await expect(alice.getByRole('checkbox', { name: `Include ${PATH}`, exact: true })).toBeEnabled();
});

test('GIT3 a forced push is told to both, one rebases, and a renamed branch takes both along', async ({
  perch,
  alice,
  bob,
}) => {
  const branch = 'forced';
  git('-C', forgeOf(perch), 'branch', '--force', branch, 'main');
  await openFile(alice, branch, PATH);
  await openFile(bob, branch, PATH);
  await alice.keyboard.press('Control+Home');
  await alice.keyboard.type('Ours ');
  await expect(linesOf(bob)).toContainText('Ours');
  await expect(statusOf(alice)).toHaveText('Saved');
  await push(perch, alice, branch, (text) => `${text}\nTheirs, at the end.\n`, true);
  const notice = (page: Page) => page.getByRole('alert', { name: 'The branch on GitHub' });
  for (const page of [alice, bob]) await expect(notice(page)).toContainText('moved to another history');
  await bob.setViewportSize({ width: 390, height: 780 });
  await expectAccessible(bob);
  await bob.getByRole('button', { name: 'Rebase what is not committed' }).click();
  for (const page of [alice, bob]) {
    await expect(notice(page)).toHaveCount(0);
    await expect(linesOf(page)).toContainText('Ours');
  }
  await expect(bob.getByRole('main')).toBeFocused();
  await bob.setViewportSize({ width: 1280, height: 800 });
  await expect.poll(() => screenText(alice)).toContain('Theirs, at the end.');
  await alice.keyboard.press('Control+End');
  await alice.keyboard.type('In the middle of a ');
  git('-C', forgeOf(perch), '-c', 'core.logAllRefUpdates=always', 'branch', '--move', branch, 'renamed');
  await alice.request.post('/api/workspaces', { data: { owner: 'perch', repo: 'perch-hop', branch } });
  for (const page of [alice, bob]) {
    await expect(page).toHaveURL(/\/renamed\/code\?path=CHANGELOG\.md/);
    await expect(linesOf(page)).toContainText('Ours');
  }
  // Nobody's cursor or keyboard is anywhere else for it.
  await alice.keyboard.type('word');
  await expect.poll(() => screenText(bob)).toContain('In the middle of a word');
});
