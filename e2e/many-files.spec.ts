import { expectAccessible } from './accessible.js';
import type { Page } from '@playwright/test';
import { DOCUMENT_MAX_LENGTH } from '../server/protocol/document.js';
import type { BaseListing } from '../server/protocol/file.js';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeOf, editorOf, linesOf, openFile, statusOf } from './code-page.js';
import { test as base, expect } from './fixtures.js';
import { longText, makeLargeRepository } from './large-repository.js';

const isLong = process.env.PERCH_TEST_LONG !== undefined;
/** 100,000 files where time is measured, a tenth where it is shown that they are there. */
const SIZE = [isLong ? 100 : 10, 20, 50] as const;
/** Characters of a text that is written in like any other. */
const LARGE = 5_000_000;
const REPOSITORY = 'local/a-project';
/** What is in view, some above and below it, and the one with the keyboard. */
const ROWS_MAX = 60;
/** The last of the packages. */
const LAST = `packages/module-${String(SIZE[0] - 1).padStart(3, '0')}/source-019`;
const OPENED = 'packages/module-077/source-011/component-033.ts';
const TASK_MAX_MS = 100;
const USABLE_MS = 3_000;

const test = base.extend<object, { clone: string }>({
  clone: [
    async ({}, use) => {
      const folder = await mkdtemp(join(tmpdir(), 'perch-large-'));
      const served = join(folder, 'a project');
      makeLargeRepository(served, SIZE, {
        'README.md': '# Large\n',
        'large/five.ts': longText(LARGE),
        'large/eight.ts': longText(DOCUMENT_MAX_LENGTH + 1),
      });
      await use(served);
      await rm(folder, { recursive: true, force: true });
    },
    { scope: 'worker' },
  ],
});
test.use({ serve: 'clone' });

const rowOf = (page: Page, path: string) => rows(page).and(page.locator(`[data-path="${path}"]`));
const rows = (page: Page) => page.getByRole('treeitem');

/** Collects how long the page was held up by each task, from its first script on. */
async function watchTasks(page: Page): Promise<{ longest: () => Promise<number> }> {
  await page.addInitScript(() => {
    const tasks: number[] = [];
    Object.assign(globalThis, { perchTasks: tasks });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) tasks.push(Math.round(entry.duration));
    }).observe({ type: 'longtask' as never, buffered: true });
  });
  return {
    longest: () =>
      page.evaluate(() => {
        const tasks = (globalThis as unknown as { perchTasks: number[] }).perchTasks;
        const longest = Math.max(0, ...tasks);
        tasks.length = 0;
        return longest;
      }),
  };
}

test('EDT14 of a tree of many files the lines in view are in the page, and each can be reached', async ({
  alice,
}) => {
  await alice.goto(codeOf('main', REPOSITORY));
  const packages = rowOf(alice, 'packages');
  await packages.focus();
  await alice.keyboard.press('ArrowRight');
  await alice.keyboard.press('ArrowRight');
  const first = rowOf(alice, 'packages/module-000');
  await expect(first).toBeFocused();
  await expect(first).toHaveAttribute('aria-level', '2');
  await expect(first).toHaveAttribute('aria-posinset', '1');
  await expect(first).toHaveAttribute('aria-setsize', String(SIZE[0]));
  // All packages, and all parts of the last of them, are opened.
  await alice.keyboard.press('*');
  await alice.keyboard.press('End');
  await expect(rowOf(alice, 'README.md')).toBeFocused();
  await alice.keyboard.press('ArrowUp');
  await expect(rowOf(alice, LAST)).toBeFocused();
  await alice.keyboard.press('*');
  await alice.keyboard.press('ArrowDown');
  await alice.keyboard.press('End');
  await alice.keyboard.press('ArrowUp');
  const last = rowOf(alice, `${LAST}/component-049.ts`);
  await expect(last).toBeFocused();
  await expect(last).toHaveAttribute('aria-level', '4');
  expect(await rows(alice).count()).toBeLessThan(ROWS_MAX);
  // Scrolled away, the keyboard's line stays where Tab finds it.
  await alice.locator('.tree-scroller').evaluate((element) => element.scrollTo(0, 0));
  await expect(packages).toBeInViewport();
  await expect(last).toBeFocused();
  expect(await rows(alice).count()).toBeLessThan(ROWS_MAX);
  await alice.keyboard.press('ArrowLeft');
  await expect(rowOf(alice, LAST)).toBeFocused();
  await alice.keyboard.press('ArrowLeft');
  await expect(rowOf(alice, LAST)).toHaveAttribute('aria-expanded', 'false');
  await alice.keyboard.type('README');
  await expect(rowOf(alice, 'README.md')).toBeFocused();
  await alice.keyboard.press('Home');
  await expect(rowOf(alice, 'large')).toBeFocused();
  await expectAccessible(alice, '.file-tree');

  await alice.keyboard.press('Control+p');
  await alice.keyboard.type('mod7/source-11/comp33');
  await alice.keyboard.press('Enter');
  const path = 'packages/module-007/source-011/component-033.ts';
  await expect(editorOf(alice, path)).toBeFocused();
  const open = rowOf(alice, path).and(alice.locator('[aria-current=true]'));
  await expect(open).toBeInViewport();
});

test('EDT14 a folder that the forge has not listed is asked for when it is opened', async ({ alice }) => {
  const kept = 'packages/module-001';
  await alice.route('**/tree', async (route) => {
    const response = await route.fetch();
    const listing = (await response.json()) as BaseListing;
    const isIn = (folder: string) => folder.startsWith(`${kept}/`);
    const names = listing.names.filter((_, at) => !isIn(listing.folders[at]!));
    const folders = listing.folders.filter((folder) => !isIn(folder));
    await route.fulfill({ response, json: { ...listing, folders, names, unlisted: [kept] } });
  });
  const asked = alice.waitForRequest((request) =>
    request.url().endsWith(`?folder=${encodeURIComponent(kept)}`),
  );
  await alice.goto(codeOf('main', REPOSITORY));
  await rowOf(alice, 'packages').click();
  await rowOf(alice, kept).click();
  await asked;
  await rowOf(alice, `${kept}/source-003`).click();
  await expect(rowOf(alice, `${kept}/source-003/component-000.ts`)).toBeVisible();
});

test('EDT15 5 MB of text are written in live; beyond the limit a file is shown, and says why', async ({
  alice,
  bob,
}) => {
  await openFile(alice, 'main', 'large/five.ts', REPOSITORY);
  await openFile(bob, 'main', 'large/five.ts', REPOSITORY);
  await expect(alice.getByText('Large file: some features are off')).toBeVisible();
  await alice.keyboard.press('Control+End');
  await alice.keyboard.type('the last line');
  await expect(statusOf(alice)).toHaveText('Saved');
  await bob.keyboard.press('Control+End');
  await expect(linesOf(bob)).toContainText('the last line');
  await alice.goto(`${codeOf('main', REPOSITORY)}?path=large%2Feight.ts`);
  await expect(alice.getByText(/too large to edit/)).toBeVisible();
});

test('EDT14 100,000 files: usable within 3 s, and no task holds the page up for long', async ({ alice }) => {
  test.skip(!isLong, 'figures are for a quiet machine: npm run test:long');
  test.setTimeout(180_000);
  const figures: Record<string, number> = {};
  const tasks = await watchTasks(alice);
  const started = performance.now();
  const listed = alice.waitForResponse((response) => response.url().endsWith('/tree'));
  await alice.goto(codeOf('main', REPOSITORY));
  await (await listed).finished();
  figures['listed ms'] = performance.now() - started;
  // What the page itself costs is no matter of its files.
  await tasks.longest();
  const there = performance.now();
  await rowOf(alice, 'packages').click();
  await expect(rowOf(alice, 'packages/module-000')).toBeVisible();
  figures['usable ms after it was there'] = performance.now() - there;
  figures['longest task opening ms'] = await tasks.longest();

  await rowOf(alice, 'packages/module-000').focus();
  await alice.keyboard.press('*');
  await expect(rowOf(alice, 'packages/module-000/source-000')).toBeVisible();
  figures['longest task * ms'] = await tasks.longest();
  for (let step = 0; step < 40; step++) {
    await alice.mouse.move(140, 400);
    await alice.mouse.wheel(0, step % 2 === 0 ? 4_000 : 900);
  }
  await alice.keyboard.press('End');
  await expect(rowOf(alice, 'README.md')).toBeFocused();
  figures['longest task scrolling ms'] = await tasks.longest();

  await alice.keyboard.press('Control+p');
  const query = 'mod77/source-11/comp33';
  const found = alice.getByRole('option', { name: /component-033\.ts/ }).first();
  await alice.keyboard.type(query, { delay: 60 });
  const typed = performance.now();
  await expect(found).toBeVisible();
  figures['found after the last key ms'] = performance.now() - typed;
  figures['longest task finding ms'] = await tasks.longest();
  await alice.keyboard.press('Enter');
  await expect(editorOf(alice, OPENED)).toBeFocused();
  await tasks.longest();

  const again = performance.now();
  await alice.reload();
  await expect(rowOf(alice, OPENED)).toBeInViewport();
  figures['reload ms'] = performance.now() - again;
  figures['longest task reload ms'] = await tasks.longest();
  // eslint-disable-next-line no-console -- what the test is for
  console.log(figures);
  expect(figures['usable ms after it was there']).toBeLessThan(USABLE_MS);
  for (const [name, value] of Object.entries(figures))
    if (name.startsWith('longest task')) expect(value, name).toBeLessThan(TASK_MAX_MS);
});
