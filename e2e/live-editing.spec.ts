import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeOf, editorOf, linesOf, openFile, openTab, screenText, statusOf } from './code-page.js';
import { expect, test } from './fixtures.js';

/** What a fresh clone has, after the commit. */
function cloneFiles(
  perch: { stateDirectory: string },
  branch: string,
  paths: readonly string[],
): Record<string, Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'perch-clone-'));
  try {
    const source = join(perch.stateDirectory, 'forge', 'perch-hop.git');
    execFileSync('git', ['-c', 'safe.directory=*', 'clone', '--quiet', '--branch', branch, source, folder]);
    return Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path))]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('DOC2 two people type on the same line at once and converge; the commit has exactly that', async ({
  perch,
  alice,
  bob,
}) => {
  // A branch of its own: nothing of other tests is uncommitted on it.
  const repository = join(perch.stateDirectory, 'forge', 'perch-hop.git');
  execFileSync('git', ['-c', 'safe.directory=*', '-C', repository, 'branch', '--force', 'together', 'main']);
  await openFile(alice, 'together', 'CHANGELOG.md');
  await openFile(bob, 'together', 'CHANGELOG.md');
  for (const page of [alice, bob]) {
    await page.keyboard.press('Control+End');
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('End');
  }
  // Both on the first line, at its end, at the same time.
  await Promise.all([
    alice.keyboard.type(' from alice', { delay: 15 }),
    bob.keyboard.type(' from bob', { delay: 15 }),
  ]);
  await expect(statusOf(alice)).toHaveText('Saved');
  await expect(statusOf(bob)).toHaveText('Saved');
  const first = linesOf(alice).locator('.view-line').first();
  await expect(first).toContainText('# Changelog');
  await expect.poll(async () => (await screenText(alice)) === (await screenText(bob))).toBe(true);
  const letters = (text: string) => [...text.replaceAll(/\s/g, '')].sort().join('');
  expect(letters(await first.innerText())).toBe(letters('# Changelog from alice from bob'));

  await alice.getByRole('button', { name: 'Changes' }).click();
  await alice.getByLabel('Commit message').fill('Write it together');
  await expect(alice.getByText('alice@example.com')).toBeVisible();
  await expect(alice.locator('.commit-signatures')).toContainText('Bob');
  const shown = await screenText(alice);
  // What the notice says is so at once, not when the files were asked for again.
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await alice.route(/\/api\/workspaces\/[^/]+\/files$/, async (route) => {
    await held;
    await route.continue();
  });
  await alice.getByRole('button', { name: 'Commit 1 file to together' }).click();
  await expect(alice.getByText(/Committed 1 file to together as [0-9a-f]{7}/)).toBeVisible();
  await expect(alice.getByRole('heading', { name: 'Nothing to commit' })).toBeVisible();
  letGo();
  await expect(bob.getByText(/committed [0-9a-f]{7}: Write it together/)).toBeVisible();

  const files = cloneFiles(perch, 'together', ['CHANGELOG.md']);
  expect(files['CHANGELOG.md']!.toString()).toBe(shown);
  const log = execFileSync('git', [
    '-c',
    'safe.directory=*',
    '-C',
    repository,
    'log',
    '-1',
    '--format=%an <%ae>%n%B',
    'together',
  ]).toString();
  expect(log).toContain('Alice <alice@example.com>');
  expect(log).toContain('Co-authored-by: Bob <');
});

test('PRS3 each sees the other’s cursor, selection and place', async ({ alice, bob }) => {
  await openFile(alice, 'main', 'src/loop.js');
  await openFile(bob, 'main', 'src/loop.js');
  await bob.keyboard.press('Control+Home');
  await bob.keyboard.press('Shift+End');
  const bobs = alice.locator('.remote-cursor[data-person="Bob"]');
  await expect(bobs).toBeVisible();
  // In the first line too, above which there is no room.
  await expect(bobs.locator('.remote-cursor-name')).toBeInViewport({ ratio: 1 });
  await expect(alice.locator('.remote-selection').first()).toBeAttached();
  await expect(alice.getByRole('list', { name: 'People here' })).toContainText('Bob, in src/loop.js');
  await bob.close();
  await expect(bobs).toHaveCount(0);
});

test('DOC9 undo takes back one’s own edits alone', async ({ alice, bob }) => {
  await openFile(alice, 'main', 'src/sound.js');
  await openFile(bob, 'main', 'src/sound.js');
  await alice.keyboard.press('Control+Home');
  await alice.keyboard.type('// alice\n');
  await expect(linesOf(bob)).toContainText('// alice');
  await bob.keyboard.press('Control+Home');
  await bob.keyboard.type('// bob\n');
  await expect(linesOf(alice)).toContainText('// bob');
  // How many steps it takes depends on how fast she typed.
  let steps = 0;
  for (; steps < 20 && (await screenText(alice)).includes('// a'); steps++)
    await alice.keyboard.press('Control+z');
  await expect(linesOf(bob)).not.toContainText('// alice');
  await expect(linesOf(bob)).toContainText('// bob');
  for (; steps > 0; steps--) await alice.keyboard.press('Control+Shift+z');
  await expect(linesOf(bob)).toContainText('// alice');
});

for (const branch of ['feat/x', 'feat/code', 'a#b', '100%', 'x%2Fy', 'é']) {
  test(`NAM2 the branch ${branch} opens cold`, async ({ perch, alice }) => {
    const repository = join(perch.stateDirectory, 'forge', 'perch-hop.git');
    execFileSync('git', ['-c', 'safe.directory=*', '-C', repository, 'branch', '--force', branch, 'main~1']);
    await alice.goto(codeOf(branch));
    await expect(alice.getByRole('button', { name: `Branch ${branch}. Select New Branch` })).toBeVisible();
    await expect(alice.getByRole('treeitem', { name: /README\.md/ })).toBeVisible();
    expect(new URL(alice.url()).pathname).toBe(codeOf(branch));
  });
}

test('NAM1 NAM2 other spellings of an address lead to the one', async ({ perch, alice }) => {
  await alice.goto('/github/Perch/PERCH-hop/feat/double-jump/code?path=README.md#L1');
  await expect(alice).toHaveURL(/\/github\/perch\/perch-hop\/feat%2Fdouble-jump\/code\?path=README\.md#L1$/);
  await expect(statusOf(alice)).toHaveText('Saved');
  const repository = join(perch.stateDirectory, 'forge', 'perch-hop.git');
  execFileSync('git', [
    '-c',
    'safe.directory=*',
    '-C',
    repository,
    'branch',
    '--force',
    'chore/code',
    'main~1',
  ]);
  await alice.goto('/github/perch/perch-hop/chore/code');
  await expect(alice.getByRole('button', { name: 'Branch chore/code. Select New Branch' })).toBeVisible();
});

test('NAM1 a file’s address on GitHub opens the file at its line', async ({ alice }) => {
  await alice.goto('/');
  await alice
    .getByLabel('Open a repository')
    .fill('https://github.com/perch/perch-hop/blob/main/src/game.js#L3');
  await alice.keyboard.press('Enter');
  await expect(alice).toHaveURL(/main\/code\?path=src%2Fgame\.js#L3$/);
  await expect(alice.getByText('Ln 3,')).toBeVisible();
});

test('DOC2 what was typed while the server is away survives other tabs and other pages', async ({
  perch,
  alice,
  bob,
}) => {
  await openFile(alice, 'main', 'src/camera.js');
  await openFile(bob, 'main', 'src/camera.js');
  await perch.kill();
  await expect(statusOf(alice)).toHaveText('Not connected: kept on this device');
  await alice.keyboard.press('Control+Home');
  await alice.keyboard.type('// kept by the tab');
  await alice.getByRole('treeitem', { name: /README\.md/ }).click();
  await alice.getByRole('link', { name: 'Perch, home' }).click();
  await expect(alice).toHaveURL(/\/$/);
  await perch.start();
  await expect(linesOf(bob)).toContainText('// kept by the tab', { timeout: 30_000 });
});

test('DOC9 another tab and back forgets no undo', async ({ alice }) => {
  await openFile(alice, 'main', 'src/feathers.js');
  await alice.keyboard.press('Control+Home');
  await alice.keyboard.type('// once');
  await openTab(alice, 'src/keyboard.js');
  await openTab(alice, 'src/feathers.js');
  await expect(linesOf(alice)).toContainText('// once');
  await editorOf(alice, 'src/feathers.js').focus();
  for (let step = 0; step < 20 && (await screenText(alice)).includes('//'); step++)
    await alice.keyboard.press('Control+z');
  expect(await screenText(alice)).not.toContain('// o');
});

test('GIT1 a deleted file is compared with what it was', async ({ alice }) => {
  await openFile(alice, 'main', 'src/squirrel.js');
  await alice.getByRole('treeitem', { name: /level\.js/ }).focus();
  await alice.keyboard.press('Delete');
  await alice.getByRole('button', { name: 'Changes' }).click();
  await alice.locator('button[title="src/level.js"]').click();
  await expect(alice.locator('.monaco-diff-editor')).toContainText('export');
  await alice.getByRole('button', { name: 'Discard changes in src/level.js' }).click();
  await expect(alice.getByText('The changes in src/level.js were discarded.')).toBeVisible();
  await expect(alice.getByRole('button', { name: 'Discard changes in src/level.js' })).toHaveCount(0);
});

test('EDT1 a link selects its lines', async ({ alice }) => {
  await alice.goto(`${codeOf('main')}?path=${encodeURIComponent('src/bird.js')}#L5-L7`);
  await expect(alice.getByText('Ln 7,')).toBeVisible();
});

test('GIT4 an image opens read-only with the reason', async ({ alice }) => {
  await alice.goto(`${codeOf('main')}?path=${encodeURIComponent('assets/bird.png')}`);
  await expect(alice.getByText('This file is binary.')).toBeVisible();
  await expect(alice.getByRole('img', { name: 'bird.png' })).toHaveJSProperty('complete', true);
});

test('EVT1 files are made, renamed, deleted and brought back, and the other sees it', async ({
  alice,
  bob,
}) => {
  await bob.goto(codeOf('main'));
  await alice.goto(codeOf('main'));
  await alice.getByRole('button', { name: 'New file', exact: true }).click();
  await alice.getByLabel('Path').fill('notes.md');
  await alice.getByRole('button', { name: 'Create' }).click();
  await expect(bob.getByRole('treeitem', { name: /notes\.md/ })).toBeVisible();
  await expect(statusOf(alice)).toHaveText('Saved');
  // What was made is what one goes on with: from there back to the tree.
  await expect(editorOf(alice, 'notes.md')).toBeFocused();
  await bob.getByRole('treeitem', { name: /notes\.md/ }).dblclick();
  await expect(editorOf(bob, 'notes.md')).toBeFocused();
  await bob.keyboard.type('He types ');
  const editor = (await bob.locator('.code-editor').elementHandle())!;
  await alice.getByRole('treeitem', { name: /notes\.md/ }).focus();
  await alice.keyboard.press('F2');
  await alice.getByLabel('Path').fill('docs/notes.md');
  await alice.getByRole('button', { name: 'Move' }).click();
  await expect(bob.getByText(/moved notes\.md to/)).toBeVisible();
  // The editor he types in stays: not a key of his is lost.
  await expect(editorOf(bob, 'docs/notes.md')).toBeFocused();
  expect(await editor.evaluate((element) => (element as { isConnected?: boolean }).isConnected)).toBe(true);
  await bob.keyboard.type('on');
  await expect(linesOf(alice)).toHaveText('He types on');
  await expect(statusOf(bob)).toHaveText('Saved');
  await openFile(bob, 'main', 'README.md');
  await alice.getByRole('treeitem', { name: /README\.md/ }).focus();
  await alice.keyboard.press('Delete');
  await expect(bob.getByText('README.md is not in this branch any more.')).toBeVisible();
  await expect(bob.getByRole('treeitem', { name: /README\.md/ })).toHaveCount(0);
  await alice.getByRole('button', { name: 'Undo' }).click();
  await expect(bob.getByRole('treeitem', { name: /README\.md/ })).toBeVisible();
  await expect(statusOf(bob)).toHaveText('Saved');
});

test('DOC7 without the server the state says so, and what was typed arrives afterwards', async ({
  perch,
  alice,
  bob,
}) => {
  await openFile(alice, 'main', 'styles.css');
  await openFile(bob, 'main', 'styles.css');
  await perch.kill();
  await expect(statusOf(alice)).toHaveText('Not connected: kept on this device');
  await alice.keyboard.press('Control+Home');
  await alice.keyboard.type('/* kept */');
  await perch.start();
  await expect(statusOf(alice)).toHaveText('Saved', { timeout: 30_000 });
  await expect(linesOf(bob)).toContainText('/* kept */');
});
