import type { Locator, Page } from '@playwright/test';
import { codeOf, editorOf, openFile, statusOf } from './code-page.js';
import { expectAccessible } from './accessible.js';
import { expect, test } from './fixtures.js';

/** Goes on with Tab until a control is reached, as somebody without a mouse does. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  const reached = target.and(page.locator(':focus'));
  for (let step = 0; step < 60 && (await reached.count()) === 0; step++) await page.keyboard.press('Tab');
  await expect(reached).toBeFocused();
}

const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 390, height: 780 };
const SCREENS = [
  ['light', WIDE],
  ['dark', NARROW],
] as const;
/** The other two pairs find the same colours in the other layout: in `npm run test:long`. */
const MORE_SCREENS = [
  ['light', NARROW],
  ['dark', WIDE],
] as const;

for (const [colorScheme, viewport] of process.env.PERCH_TEST_LONG === '1'
  ? [...SCREENS, ...MORE_SCREENS]
  : SCREENS)
  test(`A11Y axe finds nothing, ${colorScheme}, ${viewport.width} px`, async ({ alice }) => {
    await alice.emulateMedia({ colorScheme });
    await alice.setViewportSize(viewport);
    const pages: [string, string | RegExp][] = [
      ['/', 'Workspaces'],
      ['/workspace', 'Open a workspace'],
      ['/workspace/new?owner=perch&repo=perch-hop', 'New branch'],
      ['/github/perch/perch-hop', 'Branches'],
      ['/settings/tokens', 'New token'],
      ['/nowhere', 'Not found'],
      ['/api/docs', 'The interface of Perch'],
    ];
    if (colorScheme === 'light') pages.push(['/settings/github', 'Perch’s own token']);
    for (const [path, heading] of pages) {
      await alice.goto(path);
      await expect(alice.getByRole('heading', { name: heading })).toBeVisible();
      await expectAccessible(alice);
    }
    await openFile(alice, 'main', 'src/bird.js');
    await expectAccessible(alice);
    await alice.getByRole('button', { name: 'Invite' }).click();
    await expect(alice.getByRole('dialog')).toBeVisible();
    await expectAccessible(alice);
    await alice.keyboard.press('Escape');
    await alice.getByRole('button', { name: /Select New Branch/ }).click();
    await expect(alice.getByRole('option', { name: /^main .*you are here/ })).toBeVisible();
    await expectAccessible(alice);
    await alice.keyboard.press('Escape');
    await alice.keyboard.press('Control+p');
    await expect(alice.getByRole('combobox', { name: 'Go to file' })).toBeFocused();
    await expectAccessible(alice);
    await alice.keyboard.press('Escape');
    await alice.keyboard.press('Control+Shift+F');
    await alice.getByRole('textbox', { name: 'Search in files' }).fill('bird');
    await expect(alice.locator('.search-found').first()).toBeVisible();
    await expectAccessible(alice);
    await openFile(alice, 'main', 'README.md');
    await alice.keyboard.press('Control+Shift+V');
    await expect(alice.getByRole('region', { name: 'Preview of README.md' })).toContainText('Perch Hop');
    await expectAccessible(alice);
    await alice.goto(`${codeOf('main')}?path=${encodeURIComponent('assets/bird.png')}`);
    await expect(alice.getByText('64 × 16 pixels')).toBeVisible();
    await expectAccessible(alice);
    await alice.getByRole('button', { name: /^Account of/ }).click();
    await alice.getByRole('menuitem', { name: 'Settings' }).click();
    await expect(alice.getByRole('dialog', { name: 'Settings' })).toBeVisible();
    await expectAccessible(alice);
    await alice.keyboard.press('Escape');
    // Without the server: in one screen two editors side by side, in the other what asks before what was not sent is deleted.
    await openFile(alice, 'main', 'src/camera.js');
    await alice.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
    await alice.context().setOffline(true);
    await alice.keyboard.type('x');
    await expect(statusOf(alice)).toHaveText('Not connected: kept on this device');
    await alice.keyboard.press('Control+\\');
    await expect(editorOf(alice, 'src/camera.js')).toHaveCount(viewport === WIDE ? 2 : 1);
    if (viewport === NARROW) {
      await alice.goto('/');
      await expect(alice.getByText('Not connected. Here is what this device saw last')).toBeVisible();
      await expect(alice.getByRole('link', { name: /perch\/perch-hop/ }).first()).toBeVisible();
      await alice.getByRole('button', { name: /^Account of/ }).click();
      await alice.getByRole('menuitem', { name: 'Sign out' }).click();
      await expect(alice.getByRole('dialog', { name: /Sign out and lose/ })).toBeVisible();
    }
    await expectAccessible(alice);
    await alice.context().setOffline(false);
    const overflow = await alice.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    expect(overflow).toBeLessThanOrEqual(0);
  });

test('A11Y open, edit and commit by the keyboard alone', async ({ alice }) => {
  await alice.goto(codeOf('fix/sound-volume'));
  await expect(alice.getByRole('treeitem', { name: /README\.md/ })).toBeVisible();
  // The tree is one stop of Tab; the arrows and typing move within it.
  await tabTo(alice, alice.getByRole('treeitem'));
  await alice.keyboard.press('End');
  await expect(alice.getByRole('treeitem', { name: /styles\.css/ })).toBeFocused();
  await alice.keyboard.press('Enter');
  await expect(statusOf(alice)).toHaveText('Saved');
  await expect(alice.getByRole('textbox', { name: 'styles.css', exact: true })).toBeFocused();
  await alice.keyboard.press('Control+Home');
  await alice.keyboard.type('/* by hand */');
  await alice.keyboard.press('Control+s');
  await expect(statusOf(alice)).toHaveText('Saved');
  // Ctrl+M hands Tab back to the page, as in VS Code.
  await alice.keyboard.press('Control+m');
  await alice.keyboard.press('Control+Shift+g');
  await expect(alice.getByLabel('Commit message')).toBeFocused();
  await alice.keyboard.type('Say by whom');
  await tabTo(alice, alice.getByRole('button', { name: 'Commit 1 file to fix/sound-volume' }));
  await alice.keyboard.press('Enter');
  await expect(alice.getByText(/Committed 1 file to fix\/sound-volume as [0-9a-f]{7}/)).toBeVisible();
});
