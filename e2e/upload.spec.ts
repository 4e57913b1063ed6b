import type { Locator, Page } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeOf, editorOf, linesOf, openFile } from './code-page.js';
import { expect, test } from './fixtures.js';

/** One red pixel. */
const DOT = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC',
  'base64',
);
const LINES = '\ufeffone\r\ntwo\nthree';
const BYTES = Buffer.from(Array.from({ length: 300 }, (_, index) => index % 256));

const rowOf = (page: Page, name: string) => page.getByRole('treeitem', { name: new RegExp(`^${name}`) });

/** Drops files or folders of the device, as from another window. */
async function drop(page: Page, on: Locator, paths: string[]): Promise<void> {
  const place = (await on.boundingBox())!;
  const [x, y] = [place.x + 40, place.y + 12];
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x, y, data });
  await session.detach();
}

test('UPL1 GIT4 files are chosen, dropped and dragged, seen by all at once, and committed byte for byte', async ({
  perch,
  alice,
  bob,
}) => {
  const repository = join(perch.stateDirectory, 'forge', 'perch-hop.git');
  execFileSync('git', ['-c', 'safe.directory=*', '-C', repository, 'branch', '--force', 'uploads', 'main']);
  const device = mkdtempSync(join(tmpdir(), 'perch-device-'));
  mkdirSync(join(device, 'art', 'small'), { recursive: true });
  writeFileSync(join(device, 'art', 'small', 'dot.png'), DOT);
  writeFileSync(join(device, 'art', 'note.txt'), 'a note\n');
  mkdirSync(join(device, 'art', '.git'));
  writeFileSync(join(device, 'art', '.git', 'config'), '');
  try {
    await openFile(bob, 'uploads', 'README.md');
    await alice.goto(codeOf('uploads'));

    // By keyboard alone, through the browser's own dialog.
    await alice.getByRole('button', { name: 'Upload', exact: true }).press('Enter');
    const chooser = alice.waitForEvent('filechooser');
    await alice.getByRole('menuitem', { name: 'Upload files' }).press('Enter');
    await (
      await chooser
    ).setFiles([
      { name: 'lines.txt', mimeType: 'image/png', buffer: Buffer.from(LINES) },
      { name: 'data.bin', mimeType: 'text/plain', buffer: BYTES },
    ]);
    await expect(alice.getByText('Uploaded 2 files.')).toBeVisible();
    await expect(rowOf(bob, 'data\\.bin')).toBeVisible();

    // A folder, dropped on a folder; what cannot be in a repository is left out, and told.
    await drop(alice, rowOf(alice, 'assets'), [join(device, 'art')]);
    await expect(
      alice.getByText(
        'Uploaded 2 files to assets. art/.git/config cannot be in a repository and was left out.',
      ),
    ).toBeVisible();
    await bob.goto(`${codeOf('uploads')}?path=${encodeURIComponent('assets/art/small/dot.png')}`);
    await expect(bob.getByText('1 × 1 pixels')).toBeVisible();

    // The same names again: asked, replaced under everybody's eyes, and brought back.
    const bird = await alice.request.get(rawUrl(await workspaceId(alice), 'assets/bird.png'));
    writeFileSync(join(device, 'art', 'small', 'dot.png'), await bird.body());
    rmSync(join(device, 'art', 'note.txt'));
    rmSync(join(device, 'art', '.git'), { recursive: true });
    await drop(alice, rowOf(alice, 'assets'), [join(device, 'art')]);
    const question = alice.getByRole('dialog', { name: 'Replace this file?' });
    await expect(question.getByText('assets/art/small/dot.png')).toBeVisible();
    await question.getByRole('button', { name: 'Replace' }).click();
    await expect(bob.getByText('64 × 16 pixels')).toBeVisible();
    await alice.getByRole('button', { name: 'Undo replacing' }).click();
    await expect(bob.getByText('1 × 1 pixels')).toBeVisible();

    // A text is live at once.
    await rowOf(alice, 'lines\\.txt').dblclick();
    await expect(editorOf(alice, 'lines.txt')).toBeFocused();
    await alice.keyboard.press('Control+End');
    await alice.keyboard.type('!');
    await openFile(bob, 'uploads', 'lines.txt');
    await expect(linesOf(bob)).toContainText('three!');

    // Dragged from one folder to another.
    await rowOf(alice, 'data\\.bin').dragTo(rowOf(alice, 'assets'));
    await expect(alice.getByText('data.bin was moved to assets/data.bin.')).toBeVisible();

    await alice.getByRole('button', { name: /^Changes/ }).click();
    await alice.getByLabel('Commit message').fill('Bring files');
    await alice.getByRole('button', { name: 'Commit 4 files to uploads' }).click();
    await expect(alice.getByText(/^Committed 4 files to uploads/)).toBeVisible();
    const clone = join(device, 'clone');
    const asIs = ['-c', 'safe.directory=*', '-c', 'core.autocrlf=false'];
    execFileSync('git', [...asIs, 'clone', '--quiet', '--branch', 'uploads', repository, clone]);
    const read = (path: string) => readFileSync(join(clone, path));
    expect(read('lines.txt').toString()).toBe(`${LINES}!`);
    expect(read('assets/data.bin').equals(BYTES)).toBe(true);
    expect(read('assets/art/small/dot.png').equals(DOT)).toBe(true);
    expect(read('assets/art/note.txt').toString()).toBe('a note\n');
  } finally {
    rmSync(device, { recursive: true, force: true });
  }
});

test('EDT7 an image that is not committed is in the Markdown that shows it, as fresh as it is', async ({
  alice,
}) => {
  await alice.goto(codeOf('main'));
  const id = await workspaceId(alice, 'main');
  const put = (bytes: Buffer, replace: boolean) =>
    alice.request.put(`/api/workspaces/${id}/files?path=docs/fresh.png&replace=${replace}`, { data: bytes });
  await put(DOT, false);
  await alice.request.post(`/api/workspaces/${id}/files`, {
    data: { path: 'docs/fresh.md', text: '![fresh](fresh.png)\n' },
  });
  await openFile(alice, 'main', 'docs/fresh.md');
  await alice.keyboard.press('Control+Shift+V');
  const image = alice.getByRole('img', { name: 'fresh' });
  await expect(image).toHaveJSProperty('naturalWidth', 1);
  const bird = await alice.request.get(rawUrl(id, 'assets/bird.png'));
  await put(await bird.body(), true);
  await expect(image).toHaveJSProperty('naturalWidth', 64);
});

test('UPL1 a name that somebody else was faster with is asked about, too', async ({ alice }) => {
  await alice.goto(codeOf('main'));
  await expect(rowOf(alice, 'README\\.md')).toBeVisible();
  const id = await workspaceId(alice, 'main');
  // Alice’s page does not hear of it.
  await alice.route(/\/files$/, (route) => route.abort());
  const made = await alice.request.post(`/api/workspaces/${id}/files`, {
    data: { path: 'late.txt', text: 'theirs\n' },
  });
  expect(made.ok()).toBe(true);
  await alice.getByRole('button', { name: 'Upload', exact: true }).click();
  const chooser = alice.waitForEvent('filechooser');
  await alice.getByRole('menuitem', { name: 'Upload files' }).click();
  const buffer = Buffer.from('mine\n');
  await (await chooser).setFiles([{ name: 'late.txt', mimeType: 'text/plain', buffer }]);
  const question = alice.getByRole('dialog', { name: 'Replace this file?' });
  await expect(question.getByText('late.txt')).toBeVisible();
  const now = async () => (await alice.request.get(rawUrl(id, 'late.txt'))).text();
  expect(await now()).toBe('theirs\n');
  await question.getByRole('button', { name: 'Replace' }).click();
  await expect(alice.getByText('Uploaded late.txt.')).toBeVisible();
  expect(await now()).toBe('mine\n');
  await alice.getByRole('button', { name: 'Undo replacing' }).click();
  await expect.poll(now).toBe('theirs\n');
});

const rawUrl = (id: string, path: string) => `/api/workspaces/${id}/raw?path=${encodeURIComponent(path)}`;

async function workspaceId(page: Page, branch = 'uploads'): Promise<string> {
  const data = { owner: 'perch', repo: 'perch-hop', branch };
  const reply = await page.request.post('/api/workspaces', { data });
  return ((await reply.json()) as { id: string }).id;
}
