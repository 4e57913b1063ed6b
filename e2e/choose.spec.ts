import { type Locator, type Page } from '@playwright/test';
import { codeOf } from './code-page.js';
import { expect, test } from './fixtures.js';

const field = (page: Page, name: string): Locator => page.getByRole('combobox', { name, exact: true });
const active = (page: Page): Locator => page.locator('[role=option][aria-selected=true]');

test('A11Y a repository, a branch and a new one are chosen by the keyboard alone', async ({ alice, bob }) => {
  await bob.goto(codeOf('feat/double-jump'));
  await expect(bob.getByRole('treeitem', { name: /README\.md/ })).toBeVisible();
  await alice.goto('/workspace');
  await expect(field(alice, 'Find a repository')).toBeFocused();
  await alice.keyboard.type('perch-h');
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
  const reached = generated.and(alice.locator(':focus'));
  for (let tabs = 0; tabs < 20 && (await reached.count()) === 0; tabs++) await alice.keyboard.press('Tab');
  await expect(reached).toBeFocused();
  await alice.keyboard.press('ArrowDown');
  await alice.keyboard.press('Tab');
  await alice.keyboard.type('chore/');
  await alice.keyboard.press('Enter');
  await expect(alice).toHaveURL(/\/chore%2F[a-z]+-[a-z]+\/code$/);
  await expect(alice.getByRole('treeitem', { name: /README\.md/ })).toBeVisible();
});
