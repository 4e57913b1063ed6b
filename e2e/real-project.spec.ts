import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFile, screenText, statusOf } from './code-page.js';
import { expect, test } from './fixtures.js';

test.use({ serve: 'clone' });

const PATH = 'server/config.ts';

const git = (folder: string, ...arguments_: string[]) =>
  execFileSync('git', ['-C', folder, ...arguments_], { encoding: 'utf8' });

/** A file as a fresh clone has it. */
function cloned(source: string, path: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'perch-clone-'));
  try {
    execFileSync('git', ['clone', '--quiet', '--branch', 'main', source, folder]);
    return readFileSync(join(folder, path), 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('GIT1 GIT4 two people edit a file of a real project; a fresh clone has it byte for byte', async ({
  alice,
  bob,
  clone,
  repository,
}) => {
  const before = readFileSync(join(clone, PATH), 'utf8');
  await openFile(alice, 'main', PATH, repository);
  await openFile(bob, 'main', PATH, repository);
  for (const page of [alice, bob]) await page.keyboard.press('Control+Home');
  await bob.keyboard.press('End');
  await Promise.all([
    alice.keyboard.type('/* alice was here */ ', { delay: 10 }),
    bob.keyboard.type(' // bob was here', { delay: 10 }),
  ]);
  await expect(statusOf(alice)).toHaveText('Saved');
  await expect(statusOf(bob)).toHaveText('Saved');
  await expect(alice.locator('.remote-cursor[data-person="Bob"]')).toBeVisible();
  await expect(bob.locator('.remote-cursor[data-person="Alice"]')).toBeVisible();
  const [line, ...rest] = before.split('\n');
  const typed = `/* alice was here */ ${line} // bob was here`;
  for (const page of [alice, bob])
    await expect.poll(async () => (await screenText(page)).split('\n')[0]).toBe(typed);

  await alice.getByRole('button', { name: 'Changes' }).click();
  await alice.getByLabel('Commit message').fill('Say who was here');
  await alice.getByRole('button', { name: 'Commit 1 file to main' }).click();
  await expect(alice.getByText(/Committed 1 file to main as [0-9a-f]{7}/)).toBeVisible();

  expect(cloned(clone, PATH)).toBe([typed, ...rest].join('\n'));
  // The branch is checked out in the served folder, which was clean: its files moved along.
  expect(git(clone, 'status', '--porcelain')).toBe('');
  expect(readFileSync(join(clone, PATH), 'utf8').split('\n')[0]).toBe(typed);
});

test('FRG4 a served folder with changes of its own is not overwritten, and the person is told', async ({
  alice,
  clone,
  repository,
}) => {
  const head = git(clone, 'rev-parse', 'main');
  writeFileSync(join(clone, 'README.md'), 'mine, by hand\n');
  await openFile(alice, 'main', 'tsconfig.json', repository);
  await alice.keyboard.press('Control+End');
  await alice.keyboard.type('\n');
  await expect(statusOf(alice)).toHaveText('Saved');
  await alice.getByRole('button', { name: 'Changes' }).click();
  await alice.getByLabel('Commit message').fill('Over it');
  await alice.getByRole('button', { name: 'Commit 1 file to main' }).click();
  await expect(alice.getByText(/checked out/)).toBeVisible();
  expect(git(clone, 'rev-parse', 'main')).toBe(head);
  expect(readFileSync(join(clone, 'README.md'), 'utf8')).toBe('mine, by hand\n');

  git(clone, 'restore', 'README.md');
  await alice.getByRole('button', { name: 'Commit 1 file to main' }).click();
  await expect(alice.getByText(/Committed 1 file to main as [0-9a-f]{7}/)).toBeVisible();
  expect(git(clone, 'rev-parse', 'main~1')).toBe(head);
  expect(git(clone, 'status', '--porcelain')).toBe('');
});
