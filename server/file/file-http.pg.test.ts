import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestRoom, type TestRoom } from '../commit/testing/test-room.js';
import { startTestServer, type TestServer } from '../presence/testing/test-server.js';
import type { Account } from '../protocol/user.js';

let first: TestRoom;
let room: Awaited<ReturnType<TestRoom['another']>>;
let server: TestServer;
const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
beforeAll(async () => {
  first = await createTestRoom({
    'a.txt': { bytes: 'a\n' },
    'art/hero "1".svg': { bytes: svg },
    'sound.mp3': { bytes: Uint8Array.from({ length: 256 }, (_, at) => at) },
    'page.html': { bytes: '<script>alert(1)</script>' },
  });
  server = await startTestServer(first.url, first.git, [first.alice, first.bob]);
});
afterAll(async () => {
  await server.stop();
  await first.drop();
});
beforeEach(async () => {
  room = await first.another();
});

function ask(account: Account | null, verb: 'GET' | 'POST', path: string, body?: unknown): Promise<Response> {
  const headers = { 'Content-Type': 'application/json', ...(account && { Cookie: account.id }) };
  const url = `${server.url}/api/workspaces/${room.id}/${path}`;
  return verb === 'GET'
    ? fetch(url, { headers })
    : fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
}

test('SEC2 a file of the repository runs no script in our origin', async () => {
  const page = await ask(room.alice, 'GET', 'raw?path=page.html');
  expect(page.headers.get('content-type')).toBe('application/octet-stream');
  expect(page.headers.get('content-disposition')).toMatch(/^attachment;/);
  const image = await ask(room.alice, 'GET', `raw?path=${encodeURIComponent('art/hero "1".svg')}`);
  expect(image.headers.get('content-type')).toContain('image/svg+xml');
  expect(image.headers.get('content-disposition')).toBe("inline; filename*=UTF-8''hero%20%221%22.svg");
  for (const answer of [page, image]) {
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('content-security-policy')).toContain('sandbox');
  }
  expect(await image.text()).toBe(svg);
});

test('SEC2 an uploaded file is shown as harmless as one of the repository', async () => {
  const put = (path: string, body: string | Uint8Array, replace = false) =>
    fetch(
      `${server.url}/api/workspaces/${room.id}/files?path=${encodeURIComponent(path)}&replace=${replace}`,
      {
        method: 'PUT',
        headers: { Cookie: room.bob.id },
        body: Buffer.from(body),
      },
    );
  const bytes = Buffer.from('<script>alert(1)</script>\0');
  const made = await put('up/page.html', bytes);
  expect({ status: made.status, body: await made.json() }).toEqual({
    status: 200,
    body: { outcome: 'created', undo: null },
  });
  expect((await put('up/page.html', bytes)).status).toBe(409);
  expect((await put('../x', bytes)).status).toBe(400);
  expect((await put('x', bytes.subarray(0, 0))).status).toBe(200);
  const page = await ask(room.alice, 'GET', 'raw?path=up/page.html');
  expect(page.headers.get('content-type')).toBe('application/octet-stream');
  expect(page.headers.get('content-disposition')).toMatch(/^attachment;/);
  expect(page.headers.get('x-content-type-options')).toBe('nosniff');
  expect(page.headers.get('content-security-policy')).toContain('sandbox');
  expect(page.headers.get('cache-control')).toBe('private, no-cache');
  expect(Buffer.from(await page.arrayBuffer()).equals(bytes)).toBe(true);
  const [tag, url] = [page.headers.get('etag') ?? '', page.url];
  const again = await fetch(url, {
    headers: { Cookie: room.alice.id, 'If-None-Match': tag, 'Cache-Control': 'max-age=0' },
  });
  expect(again.status).toBe(304);
  expect((await fetch(url)).status).toBe(401);
  const replaced = await put('up/page.html', 'now a text\n', true);
  expect(await replaced.json()).toMatchObject({ outcome: 'replaced', undo: expect.any(String) as string });
  expect(await (await ask(room.alice, 'GET', 'raw?path=up/page.html')).text()).toBe('now a text\n');
});

test('SEC5 a path outside the repository or into .git is refused on every route', async () => {
  for (const path of [
    '../x',
    '/etc/passwd',
    '.git/config',
    'a/.GIT/hooks/x',
    'a//b',
    'git~1/config',
    'a\u0000b',
  ]) {
    const answers = [
      await ask(room.alice, 'GET', `raw?path=${encodeURIComponent(path)}`),
      await ask(room.alice, 'GET', `base?path=${encodeURIComponent(path)}`),
      await ask(room.alice, 'POST', 'files', { path }),
      await ask(room.alice, 'POST', 'files/move', { from: 'a.txt', to: path }),
      await ask(room.alice, 'POST', 'files/delete', { path }),
      await ask(room.alice, 'POST', 'files/discard', { path }),
      await ask(room.alice, 'POST', 'commit', { message: 'x', paths: [path] }),
    ];
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 400));
  }
  expect(await room.paths()).toEqual([]);
});

test('GIT1 the whole way over HTTP: create, list, commit, history', async () => {
  expect((await ask(room.alice, 'POST', 'files', { path: 'new.txt', text: 'new\n' })).status).toBe(200);
  const files = await ask(room.bob, 'GET', 'files');
  expect(await files.json()).toMatchObject({
    changes: [{ path: 'new.txt', status: 'added', authors: [{ name: 'Alice' }] }],
  });
  const preview = await ask(room.bob, 'POST', 'commit/preview', { paths: ['new.txt'] });
  expect(await preview.json()).toMatchObject({ author: { name: 'Bob' }, coAuthors: [{ name: 'Alice' }] });
  const made = await ask(room.bob, 'POST', 'commit', { message: 'New', paths: ['new.txt'] });
  expect(await made.json()).toMatchObject({
    sha: room.git.git('rev-parse', room.branch),
    committedPaths: ['new.txt'],
  });
  const events = await ask(room.alice, 'GET', 'events?after=0');
  expect(await events.json()).toMatchObject({
    events: [{ type: 'file.created' }, { type: 'commit.created' }],
  });
  expect((await ask(room.alice, 'GET', 'changes')).status).toBe(200);
  expect((await ask(null, 'GET', 'changes')).status).toBe(401);
});

test('FIL5 a player gets the part of a sound that it asks for, committed or not', async () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, at) => at));
  const url = (path: string) => `${server.url}/api/workspaces/${room.id}/raw?path=${path}`;
  const put = await fetch(`${server.url}/api/workspaces/${room.id}/files?path=new.ogg`, {
    method: 'PUT',
    headers: { Cookie: room.alice.id },
    body: bytes,
  });
  expect(put.status).toBe(200);
  for (const path of ['new.ogg', 'sound.mp3']) {
    const get = (range: string, more: Record<string, string> = {}) =>
      fetch(url(path), { headers: { Cookie: room.alice.id, Range: range, ...more } });
    const whole = await ask(room.alice, 'GET', `raw?path=${path}`);
    expect(whole.headers.get('accept-ranges')).toBe('bytes');
    for (const [range, start, end] of [
      ['bytes=0-9', 0, 9],
      ['bytes=250-', 250, 255],
      ['bytes=-3', 253, 255],
      ['bytes=5-9999', 5, 255],
    ] as const) {
      const part = await get(range);
      expect([part.status, part.headers.get('content-range'), part.headers.get('content-length')]).toEqual([
        206,
        `bytes ${start}-${end}/256`,
        String(end - start + 1),
      ]);
      expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(start, end + 1))).toBe(true);
    }
    const outside = await get('bytes=256-');
    expect([outside.status, outside.headers.get('content-range')]).toEqual([416, 'bytes */256']);
    const etag = whole.headers.get('etag')!;
    expect((await get('bytes=0-1', { 'If-Range': etag })).status).toBe(206);
    // Another version by now: half of each would be noise.
    for (const all of [
      await get('bytes=0-1', { 'If-Range': '"older"' }),
      await get('lines=0-1'),
      await get('bytes=0-1,4-5'),
    ]) {
      expect(all.status).toBe(200);
      expect(Buffer.from(await all.arrayBuffer()).equals(bytes)).toBe(true);
    }
  }
});
