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
test.use({ serviceWorker: 'allow' });

const SCREENS = [
  ['light', WIDE],
  ['dark', NARROW],
] as const;
/** The other two pairs find the same colours in the other layout: in `npm run test:long`. */
const MORE_SCREENS = [
  ['light', NARROW],
  ['dark', WIDE],
] as const;
const isLong = process.env.PERCH_TEST_LONG === '1';

const goTo = (path: string, heading: string | RegExp) => async (page: Page) => {
  await page.goto(path);
  await expect(page.getByRole('heading', { name: heading })).toBeVisible();
};
async function stayInCode(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  if (!page.url().includes('/code')) await openFile(page, 'main', 'src/bird.js');
}

/** In each screen every second of them; all in `npm run test:long`. */
const VIEWS: ((page: Page) => Promise<void>)[] = [
  goTo('/', 'Workspaces'),
  goTo('/workspace', 'Open a workspace'),
  goTo('/workspace/new?owner=perch&repo=perch-hop', 'New branch'),
  goTo('/github/perch/perch-hop', 'Branches'),
  goTo('/settings/tokens', 'New token'),
  goTo('/nowhere', 'Not found'),
  goTo('/settings/github', 'Perch’s own token'),
  goTo('/api/docs', 'The interface of Perch'),
  (page) => openFile(page, 'main', 'src/bird.js'),
  async (page) => {
    await stayInCode(page);
    await page.getByRole('button', { name: 'Invite' }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
  },
  async (page) => {
    await stayInCode(page);
    await page.getByRole('button', { name: /Select New Branch/ }).click();
    await expect(page.getByRole('option', { name: /^main .*you are here/ })).toBeVisible();
  },
  async (page) => {
    await stayInCode(page);
    await page.keyboard.press('Control+p');
    await expect(page.getByRole('combobox', { name: 'Go to file' })).toBeFocused();
  },
  async (page) => {
    await stayInCode(page);
    await page.keyboard.press('Control+Shift+F');
    await page.getByRole('textbox', { name: 'Search in files' }).fill('bird');
    await expect(page.locator('.search-found').first()).toBeVisible();
  },
  async (page) => {
    await openFile(page, 'main', 'README.md');
    await page.keyboard.press('Control+Shift+V');
    await expect(page.getByRole('region', { name: 'Preview of README.md' })).toContainText('Perch Hop');
  },
  async (page) => {
    await page.goto(`${codeOf('main')}?path=${encodeURIComponent('assets/bird.png')}`);
    await expect(page.getByText('64 × 16 pixels')).toBeVisible();
  },
  async (page) => {
    await stayInCode(page);
    await page.getByRole('button', { name: /^Account of/ }).click();
    await page.getByRole('menuitem', { name: 'Settings' }).click();
    await expect(page.getByRole('dialog', { name: 'Settings' })).toBeVisible();
  },
];

for (const [screen, [colorScheme, viewport]] of (isLong ? [...SCREENS, ...MORE_SCREENS] : SCREENS).entries())
  test(`A11Y axe finds nothing, ${colorScheme}, ${viewport.width} px`, async ({ alice }) => {
    await alice.emulateMedia({ colorScheme });
    await alice.setViewportSize(viewport);
    for (const show of VIEWS.filter((_, index) => isLong || index % SCREENS.length === screen)) {
      await show(alice);
      await expectAccessible(alice);
    }
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
  await expect(alice.getByText('Nothing to commit')).toBeVisible();
  await expect(alice.getByRole('region', { name: 'Changes' })).toBeFocused();
});
