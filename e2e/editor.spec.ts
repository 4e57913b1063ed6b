import type { Page } from '@playwright/test';
import { codeOf, editorOf, linesOf, openFile, screenText, statusOf } from './code-page.js';
import { expect, test } from './fixtures.js';

/** Types into the palette that the keys open, and takes what it finds first. */
async function pick(page: Page, keys: string, name: string, text: string): Promise<void> {
  await page.keyboard.press(keys);
  const field = page.getByRole('combobox', { name });
  await expect(field).toBeFocused();
  await field.fill(text);
  await expect(page.getByRole('option').first()).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(field).toHaveCount(0);
}

test('EDT8 a file not yet committed is found by a few letters, and the keyboard is in it', async ({
  alice,
}) => {
  await alice.goto(codeOf('main'));
  await expect(alice.getByRole('treeitem', { name: /README\.md/ })).toBeVisible();
  const id = await workspaceId(alice);
  await alice.request.post(`/api/workspaces/${id}/files`, { data: { path: 'src/weather-of-today.js' } });
  await expect(alice.getByRole('button', { name: /^Changes \(\d+\)/ })).toBeVisible();
  await pick(alice, 'Control+p', 'Go to file', 'srcwethtod');
  await expect(editorOf(alice, 'src/weather-of-today.js')).toBeFocused();
});

test('EDT8 every command is found by its name: Perch’s, and the editor’s own', async ({ alice }) => {
  await openFile(alice, 'main', 'src/camera.js');
  const before = (await screenText(alice)).split('\n')[0]!;
  await alice.keyboard.press('Control+Home');
  await pick(alice, 'F1', 'Commands', '>toggle line comment');
  await expect(linesOf(alice).locator('.view-line').first()).toHaveText(`// ${before}`);
  await pick(alice, 'Control+Shift+P', 'Commands', '>compare with the last commit');
  await expect(alice.locator('.monaco-diff-editor')).toBeVisible();
});

test('A11Y the editor’s own menu is told from the text it stands on', async ({ alice }) => {
  await openFile(alice, 'main', 'src/camera.js');
  await linesOf(alice).click({ button: 'right' });
  const menu = alice.getByRole('menu').filter({ hasText: 'Command Palette' });
  await expect(menu).toBeVisible();
  const ground = alice.locator('.monaco-scrollable-element').filter({ has: menu });
  await expect(ground).not.toHaveCSS('background-color', 'rgba(0, 0, 0, 0)');
});

test('GIT6 a tree that GitHub did not give is told at once, and asked for again by a button', async ({
  alice,
}) => {
  let asked = 0;
  const message = 'GitHub does not answer. Your work is kept; try again.';
  await alice.route(/\/api\/workspaces\/[^/]+\/tree$/, (route) =>
    asked++ === 0
      ? route.fulfill({ status: 502, json: { code: 'forge', message, retry: true } })
      : route.continue(),
  );
  await alice.goto(codeOf('main'));
  await expect(alice.getByText(message)).toBeVisible();
  expect(asked).toBe(1);
  await alice.getByRole('button', { name: 'Try again' }).click();
  await expect(alice.getByRole('treeitem', { name: /README\.md/ })).toBeVisible();
});

test('EDT8 a symbol of the open file is gone to by its name', async ({ alice }) => {
  await openFile(alice, 'main', 'src/game.js');
  await alice.keyboard.press('Control+Shift+O');
  await expect(alice.locator('.quick-input-widget')).toBeVisible();
  await expect(alice.locator('.quick-input-widget').getByRole('option').first()).toBeVisible();
  await alice.keyboard.press('Escape');
});

test('EDT7 Markdown is shown without its scripts, with the branch’s images and links', async ({ alice }) => {
  await alice.goto(codeOf('main'));
  const id = await workspaceId(alice);
  const text = [
    '# Notes & plans',
    '- [x] done',
    '![the bird](../assets/bird.png) [levels](levels.md)',
    '<img src=x onerror="document.title=1"><script>document.title = 2</script>',
    '<a href="javascript:document.title=3">no</a> ![far](https://example.com/far.png)',
    '<form action="https://example.com"><input></form>',
  ].join('\n\n');
  await alice.request.post(`/api/workspaces/${id}/files`, { data: { path: 'docs/plans.md', text } });
  await openFile(alice, 'main', 'docs/plans.md');
  await alice.keyboard.press('Control+Shift+V');
  const preview = alice.getByRole('region', { name: 'Preview of docs/plans.md' });
  await expect(preview.getByRole('heading', { name: 'Notes & plans' })).toBeVisible();
  await expect(preview.getByText('☑ done')).toBeVisible();
  await expect(preview.getByRole('img', { name: 'the bird' })).toHaveJSProperty('naturalWidth', 64);
  await expect(preview.locator('script, form, input, [onerror], a[href^="javascript"]')).toHaveCount(0);
  await expect(preview.locator('img')).toHaveCount(2);
  await expect(preview.getByRole('link', { name: 'far' })).toHaveAttribute('rel', 'noreferrer');
  await preview.getByRole('link', { name: 'levels' }).click();
  await expect(editorOf(alice, 'docs/levels.md')).toHaveCount(1);
});

test('GIT4 an image, a sound and bytes are shown for what they are', async ({ alice }) => {
  await alice.goto(`${codeOf('main')}?path=${encodeURIComponent('assets/bird.png')}`);
  await expect(alice.getByText(/\d+ × \d+ pixels/)).toBeVisible();
  await alice.getByRole('button', { name: 'Show the bytes' }).click();
  await expect(alice.getByText('00000000  89 50 4e 47')).toBeVisible();
  await pick(alice, 'Control+p', 'Go to file', 'hop.wav');
  await expect(alice.locator('audio')).toHaveJSProperty('error', null);
});

test('EDT9 whoever follows another goes where he goes, until he edits', async ({ alice, bob }) => {
  await openFile(bob, 'main', 'src/game.js');
  await openFile(alice, 'main', 'README.md');
  await alice.getByRole('button', { name: /^Bob.*Follow$/ }).click();
  await expect(alice.getByText('Following Bob.')).toBeVisible();
  await expect(editorOf(alice, 'src/game.js')).toHaveCount(1);
  await pick(bob, 'Control+p', 'Go to file', 'bird.js');
  await bob.keyboard.press('Control+End');
  await expect(alice.locator('.remote-cursor[data-person="Bob"]')).toBeVisible();
  await editorOf(alice, 'src/bird.js').focus();
  await alice.keyboard.press('Control+Home');
  await alice.keyboard.type('// mine\n');
  await expect(alice.getByText('Following Bob.')).toHaveCount(0);
  await pick(bob, 'Control+p', 'Go to file', 'loop.js');
  await expect(editorOf(bob, 'src/loop.js')).toBeFocused();
  await expect(editorOf(alice, 'src/bird.js')).toHaveCount(1);
});

test('EDT6 one file in two editors side by side is one text, undone in either', async ({ alice }) => {
  await openFile(alice, 'main', 'src/keyboard.js');
  await alice.keyboard.press('Control+\\');
  const editors = editorOf(alice, 'src/keyboard.js');
  await expect(editors).toHaveCount(2);
  await expect(editors.nth(1)).toBeFocused();
  await alice.keyboard.press('Control+Home');
  await alice.keyboard.type('// twice\n');
  const first = linesOf(alice).first().locator('.view-line').first();
  await expect(first).toHaveText('// twice');
  await expect(linesOf(alice).last().getByText('// twice')).toHaveCount(1);
  await editors.first().focus();
  // What was typed with a pause in it is undone in as many steps.
  await expect(async () => {
    await alice.keyboard.press('Control+z');
    await expect(linesOf(alice).last().getByText('// twice')).toHaveCount(0, { timeout: 500 });
  }).toPass();
  await expect(first).not.toHaveText('// twice');
});

test('EDT10 settings are kept with the person', async ({ alice }) => {
  await openFile(alice, 'main', 'src/scene.js');
  await alice.getByRole('button', { name: /^Account of/ }).click();
  await alice.getByRole('menuitem', { name: 'Settings' }).click();
  await alice.getByLabel('Theme').selectOption('dark');
  await alice.getByLabel('Size of the text').selectOption('20');
  await alice.getByRole('button', { name: 'Done' }).click();
  await expect(alice.locator('html')).toHaveAttribute('data-color-mode', 'dark');
  await alice.evaluate('localStorage.clear()');
  await alice.reload();
  await expect(statusOf(alice)).toHaveText('Saved');
  await expect(alice.locator('html')).toHaveAttribute('data-color-mode', 'dark');
  await expect(linesOf(alice)).toHaveCSS('font-size', '20px');
  await alice.request.patch('/api/settings', { data: { theme: 'auto', fontSize: 13 } });
});

test('SRC4 what is found in the branch is replaced in the live files, and undone', async ({ alice, bob }) => {
  await openFile(bob, 'main', 'src/squirrel.js');
  await openFile(alice, 'main', 'README.md');
  await alice.keyboard.press('Control+Shift+F');
  await expect(alice.getByRole('textbox', { name: 'Search in files' })).toBeFocused();
  await alice.keyboard.type('newSquirrel');
  await expect(alice.getByText(/^\d+ lines in \d+ files$/)).toBeVisible();
  await alice.getByRole('button', { name: 'Replace, too' }).click();
  await alice.getByRole('textbox', { name: 'Replace by' }).fill('freshSquirrel');
  await expect(alice.locator('.search-found ins').first()).toHaveText('freshSquirrel');
  await alice.getByRole('button', { name: 'Replace all' }).click();
  await alice.getByRole('alertdialog').getByRole('button', { name: 'Replace all' }).click();
  await expect(alice.getByText(/^Replaced \d+ places in \d+ files\.$/)).toBeVisible();
  await expect(linesOf(bob)).toContainText('freshSquirrel');
  await alice.getByRole('button', { name: 'Undo' }).click();
  await expect(linesOf(bob)).toContainText('newSquirrel');
  await expect(linesOf(bob)).not.toContainText('freshSquirrel');
  await alice.getByRole('button', { name: 'Use a regular expression' }).click();
  await alice.getByRole('textbox', { name: 'Search in files' }).fill('(');
  await expect(alice.getByText('This is not a regular expression')).toBeVisible();
  await alice.getByRole('textbox', { name: 'Search in files' }).fill('^export function move\\w+');
  await alice.getByRole('button', { name: /moveBird/ }).click();
  await expect(editorOf(alice, 'src/bird.js')).toHaveCount(1);
});

test('EDT11 EDT12 the branch says how a file is indented; a permalink finds its line in the commit', async ({
  alice,
}) => {
  // The built-in forge has no pages to link to.
  await alice.route('**/api/workspaces', async (route) => {
    const answer = await route.fetch();
    const workspace = (await answer.json()) as Record<string, unknown>;
    await route.fulfill({ json: { ...workspace, url: 'https://github.com/perch/perch-hop/tree/main' } });
  });
  await alice.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await openFile(alice, 'main', 'src/level.js');
  const status = alice.locator('.status-bar');
  await expect(status).toContainText('Spaces: 2');
  const text = '[*.js]\nindent_style = tab\nindent_size = 8\n';
  const made = await alice.request.post(`/api/workspaces/${await workspaceId(alice)}/files`, {
    data: { path: '.editorconfig', text },
  });
  expect(made.ok()).toBe(true);
  await expect(status).toContainText('Tab: 8');
  const third = (await screenText(alice)).split('\n')[2]!;
  await alice.keyboard.press('Control+Home');
  await alice.keyboard.type('// new\n');
  await alice.keyboard.press('Tab');
  await expect(status).toContainText('Ln 2, Col 2');
  await alice.keyboard.press('Backspace');

  const link = alice.getByRole('button', { name: 'Copy link to line' });
  await alice.keyboard.press('Control+Home');
  await link.click();
  await expect(alice.getByRole('menuitem', { name: /Copy permalink/ })).toContainText(
    'Line 1 is not committed yet',
  );
  await alice.keyboard.press('Escape');
  await editorOf(alice, 'src/level.js').focus();
  for (let line = 1; line < 4; line++) await alice.keyboard.press('ArrowDown');
  await expect.poll(async () => (await screenText(alice)).split('\n')[3]).toBe(third);
  await link.click();
  await expect(alice.getByText('Line 3 at the last commit, for good')).toBeVisible();
  await alice.getByRole('menuitem', { name: /Copy permalink/ }).click();
  await expect(alice.getByText('Copied a permalink.')).toBeVisible();
  expect(await alice.evaluate('navigator.clipboard.readText()')).toMatch(
    /^https:\/\/github\.com\/perch\/perch-hop\/blob\/[0-9a-f]{40}\/src\/level\.js#L3$/,
  );
});

async function workspaceId(page: Page): Promise<string> {
  const reply = await page.request.post('/api/workspaces', {
    data: { owner: 'perch', repo: 'perch-hop', branch: 'main' },
  });
  return ((await reply.json()) as { id: string }).id;
}
