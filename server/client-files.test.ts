import express from 'express';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serveClient } from './client-files.js';

let folder: string;
let server: Server;
let url: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perch-client-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), 'the page');
  await writeFile(join(folder, 'perch.svg'), '<svg/>');
  await writeFile(join(folder, 'assets', 'main-abc.js'), 'code');
  const app = express();
  serveClient(app as never, folder);
  app.use((_request, response) => void response.status(418).end());
  server = createServer(app).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

async function get(path: string, method = 'GET') {
  const answer = await fetch(url + path, { method });
  return { status: answer.status, cache: answer.headers.get('cache-control'), text: await answer.text() };
}

test('NAM2 every address of a page is the page, asked for anew; hashed files are kept for ever', async () => {
  const page = { status: 200, cache: 'no-cache', text: 'the page' };
  for (const path of ['/', '/github/a/b/feat%2Fx/code', '/sign-in', '/apis', '/github/a/b/a%23b/code?path=x'])
    expect([path, await get(path)]).toEqual([path, page]);
  expect(await get('/', 'HEAD')).toMatchObject({ status: 200 });
  expect(await get('/perch.svg')).toMatchObject({ cache: 'no-cache', text: '<svg/>' });
  expect(await get('/assets/main-abc.js')).toEqual({
    status: 200,
    cache: 'public, max-age=31536000, immutable',
    text: 'code',
  });
});

test('SEC5 what is no page is never answered with it', async () => {
  for (const path of ['/api', '/api/', '/api/nothing', '/socket', '/socket/?EIO=4'])
    expect([path, (await get(path)).status]).toEqual([path, 418]);
  expect((await get('/sign-in', 'POST')).status).toBe(418);
  expect((await get('/assets/main-old.js')).status).toBe(404);
});
