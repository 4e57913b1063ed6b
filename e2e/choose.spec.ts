import { type Locator, type Page } from '@playwright/test';
import { codeOf } from './code-page.js';
import { expect, test } from './fixtures.js';
import { letInToRead } from './reader.js';

const field = (page: Page, name: string): Locator => page.getByRole('combobox', { name, exact: true });
const active = (page: Page): Locator => page.locator('[role=option][aria-selected=true]');

test('A11Y a repository, a branch and a new one are chosen by the keyboard alone', async ({ alice, bob }) => {
  await bob.goto(codeOf('feat/double-jump'));
  await expect(bob.getByRole('treeitem', { name: /README\.md/ })).toBeVisible();
  // What is typed before the forge has answered is not lost.
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await alice.route('**/api/repositories*', async (route) => {
    await held;
    await route.continue();
  });
  await alice.goto('/workspace');
  await expect(field(alice, 'Find a repository')).toBeFocused();
  await alice.keyboard.type('perch-h');
  letGo();
  // Above it are the rooms that other tests have left her.
  const repository = alice.getByRole('group', { name: 'Repositories' }).getByRole('option').first();
  await expect(repository).toContainText('perch/perch-hop');
  while ((await repository.getAttribute('aria-selected')) !== 'true') await alice.keyboard.press('ArrowDown');
  await alice.keyboard.press('Enter');
  await expect(field(alice, 'Find a branch')).toBeFocused();
  await alice.keyboard.type('no such one');
  await expect(alice.getByText('No branch has “no such one” in its name.')).toBeVisible();
  await alice.keyboard.press('ControlOrMeta+a');
  await alice.keyboard.type('DOUBLE');
  await expect(active(alice)).toHaveText(/feat\/double-jump.*Bob is there now/);
  await alice.keyboard.press('Enter');
  await expect(alice).toHaveURL(new RegExp(`${codeOf('feat/double-jump')}$`));

  const header = alice.getByRole('button', { name: /Select New Branch/ });
  await expect(header).toBeVisible();
  await header.focus();
  await alice.keyboard.press('Enter');
  await expect(field(alice, 'Find a branch')).toBeFocused();
  await expect(alice.getByText('you are here')).toBeVisible();
  await alice.keyboard.type('fix/by-keys');
  await expect(active(alice)).toHaveText('Create fix/by-keys from feat/double-jump');
  await alice.keyboard.press('Enter');
  await expect(alice).toHaveURL(new RegExp(`${codeOf('fix/by-keys')}$`));
  await expect(alice.getByRole('button', { name: 'Branch fix/by-keys. Select New Branch' })).toBeVisible();

  await alice.goto('/workspace/new');
  await expect(field(alice, 'Find a repository')).toBeFocused();
  await expect(active(alice)).toContainText('perch/perch-hop');
  await alice.keyboard.press('Enter');
  const generated = alice.getByRole('radio', { name: 'Found for you' });
  await expect(generated).toBeVisible();
  await expect(generated).toBeFocused();
  // From where: the list within the form opens, closes and gives the keyboard back by itself.
  await alice.keyboard.press('Shift+Tab');
  const from = alice.getByRole('button', { name: 'From main' });
  for (const close of ['Escape', 'Enter']) {
    await expect(from).toBeFocused();
    await alice.keyboard.press('Enter');
    await expect(field(alice, 'Find a branch to begin from')).toBeFocused();
    await alice.keyboard.type('main');
    await expect(active(alice)).toHaveText(/^main/);
    await alice.keyboard.press(close);
  }
  await expect(from).toBeFocused();
  await alice.keyboard.press('Tab');
  await expect(generated).toBeFocused();
  await alice.keyboard.press('ArrowDown');
  await alice.keyboard.press('Tab');
  await alice.keyboard.type('chore/');
  await alice.keyboard.press('Enter');
  await expect(alice).toHaveURL(/\/chore%2F[a-z]+-[a-z]+\/code$/);
  await expect(alice.getByRole('treeitem', { name: /README\.md/ })).toBeVisible();
});

test('SEC1 NAM3 who may only read chooses among the branches there are, and is offered to make none', async ({
  alice,
  browser,
}) => {
  await alice.goto(codeOf('feat/double-jump'));
  const context = await letInToRead(browser, alice, 'Ola');
  try {
    const ola = await context.newPage();
    /** Wherever branches are chosen: with nothing typed, and with a name that is free. */
    const findsNoWayToMakeOne = async (): Promise<void> => {
      await expect(ola.getByRole('option', { name: /feat\/double-jump/ }).first()).toBeVisible();
      await expect(ola.getByRole('button', { name: /New branch from|Name it/ })).toHaveCount(0);
      await field(ola, 'Find a branch').fill('fix/readers-own');
      await expect(ola.getByText('No branch has “fix/readers-own” in its name.')).toBeVisible();
      await expect(ola.getByRole('option')).toHaveCount(0);
    };
    await ola.goto('/github/perch/perch-hop');
    await findsNoWayToMakeOne();
    await ola.goto('/workspace/new?owner=perch&repo=perch-hop');
    await expect(ola.getByText('Ask whoever administers it for write access.')).toBeVisible();
    await expect(ola.getByRole('radio')).toHaveCount(0);
    await ola.goto(codeOf('main'));
    await ola.getByRole('button', { name: 'Branch main. Select New Branch' }).click();
    await findsNoWayToMakeOne();
    await field(ola, 'Find a branch').fill('DOUBLE');
    await expect(active(ola)).toHaveText(/feat\/double-jump/);
    await ola.keyboard.press('Enter');
    await expect(ola).toHaveURL(new RegExp(`${codeOf('feat/double-jump')}$`));
    const asked = await ola.request.post('/api/github/branches', {
      data: { owner: 'perch', repo: 'perch-hop', baseBranch: 'main', newBranch: 'fix/readers-own' },
      maxRetries: 1,
    });
    expect(asked.status()).toBe(403);
  } finally {
    await context.close();
  }
});

test('NAM3 a list that was followed far down asks no more often than a short one', async ({ alice }) => {
  const PAGES = 5;
  const asked: string[] = [];
  // The example has no two hundred branches.
  await alice.route('**/api/github/perch/perch-hop/branches*', async (route) => {
    const cursor = new URL(route.request().url()).searchParams.get('cursor') ?? '0';
    asked.push(cursor);
    const branches = Array.from({ length: 50 }, (_, index) => ({
      name: `branch-${cursor}-${index}`,
      sha: 'a'.repeat(40),
      protected: false,
      isDefault: false,
      committedAt: '2026-11-21T12:00:00.000Z',
      people: [],
    }));
    const nextCursor = Number(cursor) < PAGES - 1 ? `${Number(cursor) + 1}` : null;
    const json = { branches, defaultBranch: null, total: 50 * PAGES, nextCursor, isComplete: true };
    await route.fulfill({ json });
  });
  await alice.clock.install();
  await alice.goto('/github/perch/perch-hop');
  for (let page = 0; page < PAGES; page++) {
    await expect(alice.getByRole('option', { name: `branch-${page}-49` })).toBeAttached();
    await alice.getByRole('option').last().scrollIntoViewIfNeeded();
  }
  asked.length = 0;
  for (let second = 10; second < 10 * PAGES; second += 10) await alice.clock.runFor(10_000);
  // Whatever was asked for meanwhile went before this.
  await alice.evaluate(() => fetch('/livez'));
  expect(asked).toEqual([]);
  await alice.clock.runFor(10_000);
  await expect.poll(() => asked).toEqual(['0', '1', '2', '3', '4']);
});
