import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SearchFound, SearchQuery } from '../protocol/search.js';
import { PerchServer, startSurroundings, type TestSurroundings } from '../testing/perch-server.js';

let surroundings: TestSurroundings;
let perch: PerchServer;
let alice: string;
let id: string;
/** What every git was given: its arguments and its environment. */
let witness: string;
const state = mkdtempSync(join(tmpdir(), 'perch-search-test-'));
const { PATH } = process.env;

beforeAll(async () => {
  const git = execFileSync('which', ['git']).toString().trim();
  witness = join(state, 'witness');
  writeFileSync(
    join(state, 'git'),
    `#!/bin/sh\n{ echo "$@"; env; cat /proc/$$/environ; } >> '${witness}'\nexec ${git} "$@"\n`,
    { mode: 0o755 },
  );
  surroundings = await startSurroundings({
    files: {
      'README.md': { bytes: 'a needle here\r\nnone\r\nNEEDLE needles\r\n' },
      'src/a.js': { bytes: 'needle\n' },
      'src/b.js': { bytes: 'needle\n' },
      'src/gone.js': { bytes: 'needle\n' },
      'long.txt': { bytes: `${'x'.repeat(5_000)} needle ${'y'.repeat(5_000)}\n` },
      'data.bin': { bytes: 'needle\0' },
    },
    permission: 'write',
  });
  process.env.PATH = `${state}:${PATH}`;
  perch = await PerchServer.start(surroundings, { PERCH_STATE: state });
  alice = await perch.ownerCookie();
  id = await perch.open(alice);
});
afterAll(async () => {
  process.env.PATH = PATH;
  await perch.stop();
  await surroundings.stop();
  rmSync(state, { recursive: true, force: true });
});

async function search(query: Partial<SearchQuery>): Promise<SearchFound> {
  const answer = await perch.ask(alice, 'POST /api/workspaces/:id/search', { params: { id }, body: query });
  expect(answer.status).toBe(200);
  return answer.body as SearchFound;
}
const outline = ({ files }: SearchFound) =>
  files.map(({ path, lines }) => `${path}:${lines.map((each) => each.line).join()}`);

test('SRC2 text is found line by line, in any case, whole words, by expression and by path', async () => {
  expect(outline(await search({ query: 'needle' }))).toEqual([
    'README.md:1,3',
    'long.txt:1',
    'src/a.js:1',
    'src/b.js:1',
    'src/gone.js:1',
  ]);
  expect(outline(await search({ query: 'needle', caseSensitive: true, exclude: 'src' }))).toEqual([
    'README.md:1,3',
    'long.txt:1',
  ]);
  const whole = await search({ query: 'NEEDLE', caseSensitive: true, wholeWord: true });
  expect(outline(whole)).toEqual(['README.md:3']);
  expect(outline(await search({ query: '^(a) need\\w+', regex: true }))).toEqual(['README.md:1']);
  expect(outline(await search({ query: 'needle', include: '*.js', exclude: 'src/a.js' }))).toEqual([
    'src/b.js:1',
    'src/gone.js:1',
  ]);
  const [long] = (await search({ query: 'needle', include: 'long.txt' })).files;
  expect(long?.lines[0]?.text).toMatch(/^x+ needle y+$/);
  expect(long?.lines[0]?.text.length).toBeLessThanOrEqual(300);
});

test('SRC3 what is not committed is found in place of what it replaces', async () => {
  const change = (route: 'files' | 'files/move' | 'files/delete', body: unknown) =>
    perch.ask(alice, `POST /api/workspaces/:id/${route}`, { params: { id }, body });
  await change('files', { path: 'src/new.js', text: 'one\nthe needle\n' });
  await change('files/delete', { path: 'src/gone.js' });
  await change('files/move', { from: 'src/b.js', to: 'lib/b.js' });
  const found = await search({ query: 'needle', include: '*.js' });
  expect(outline(found)).toEqual(['lib/b.js:1', 'src/a.js:1', 'src/new.js:2']);
  expect(found.files.map((file) => file.uncommitted)).toEqual([false, false, true]);
});

test('SRC2 an expression that is none is told, and who may not read finds nothing', async () => {
  const wrong = await perch.ask(alice, 'POST /api/workspaces/:id/search', {
    params: { id },
    body: { query: '(', regex: true },
  });
  expect(wrong).toMatchObject({ status: 400, body: { message: expect.stringContaining('regular') } });
  const lookbehind = await perch.ask(alice, 'POST /api/workspaces/:id/search', {
    params: { id },
    body: { query: '(?<=a+)b', regex: true },
  });
  expect(lookbehind.status).toBe(400);
  const stranger = await perch.ask(null, 'POST /api/workspaces/:id/search', {
    params: { id },
    body: { query: 'needle' },
  });
  expect(stranger.status).toBe(401);
});

test('SEC3 the forge’s token is in no argument, environment or file of the clone', () => {
  const { token } = surroundings.github;
  const seen = readFileSync(witness, 'utf8');
  expect(seen).toContain('fetch');
  expect(seen).not.toContain(token);
  const { stdout } = spawnSync('grep', ['-rlF', token, state], { encoding: 'utf8' });
  expect(stdout).toBe('');
});
