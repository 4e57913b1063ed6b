import { editorOf, linesOf, openFile, screenText, statusOf } from './code-page.js';
import { expect, test } from './fixtures.js';

test('EDT13 with Vim’s keys: its modes, its undo of one’s own edits alone, in two editors', async ({
  alice,
  bob,
}) => {
  await alice.request.patch('/api/settings', { data: { keys: 'vim' } });
  const path = 'src/loop.js';
  await openFile(alice, 'main', path);
  const before = await screenText(alice);
  const vim = alice.getByRole('group', { name: 'Vim' });
  await expect(vim).toContainText('NORMAL');
  await alice.keyboard.type('ggOfirst');
  await expect(vim).toContainText('INSERT');
  await alice.keyboard.press('Enter');
  await alice.keyboard.type('second');
  await alice.keyboard.press('Escape');
  await expect(vim).toContainText('NORMAL');
  await openFile(bob, 'main', path);
  await bob.keyboard.press('Control+End');
  await bob.keyboard.type('// of Bob');
  await expect(linesOf(alice)).toContainText('// of Bob');

  // All of one visit to insert mode, and nothing of Bob's.
  await alice.keyboard.type('u');
  await expect(linesOf(bob)).not.toContainText('first');
  await expect.poll(() => screenText(alice)).toBe(`${before.replace(/\n$/, '')}\n// of Bob`);
  await alice.keyboard.press('Control+r');
  await expect(linesOf(bob)).toContainText('second');
  await alice.keyboard.type('ggdd');
  await expect(linesOf(bob)).not.toContainText('first');
  await alice.keyboard.type('p');
  await expect.poll(async () => (await screenText(bob)).split('\n').slice(0, 2)).toEqual(['second', 'first']);
  await alice.keyboard.type(':w\n');
  await expect(alice.getByText('Everything is saved as you type.')).toBeVisible();
  await alice.keyboard.press('Control+s');
  await expect(alice.getByText('Everything is saved as you type.')).toHaveCount(2);

  await alice.keyboard.press('Control+\\');
  await expect(editorOf(alice, path).nth(1)).toBeFocused();
  await expect(vim).toHaveCount(2);
  await alice.keyboard.type('gg2ddiin the other');
  await expect(vim.nth(1)).toContainText('INSERT');
  await expect(vim.nth(0)).toContainText('NORMAL');
  await alice.keyboard.press('Escape');
  await expect(statusOf(alice).first()).toHaveText('Saved');
  await expect(linesOf(alice).first()).toContainText('in the other');
  await alice.keyboard.type('uu');
  await expect(linesOf(alice).first()).toContainText('second');

  await alice.request.patch('/api/settings', { data: { keys: 'vscode' } });
  await openFile(alice, 'main', path);
  await expect(vim).toHaveCount(0);
  await alice.keyboard.press('Control+Home');
  await alice.keyboard.type('iii');
  await expect(linesOf(alice)).toContainText('iii');
});
