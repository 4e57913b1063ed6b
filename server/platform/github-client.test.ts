import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { GithubClient } from './github-client.js';
import { log } from './log.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
let client: GithubClient;
let asked: string[];
/** One for each request; the last one answers all that follow. */
let handlers: Handler[];

beforeEach(async () => {
  log.level = 'silent';
  asked = [];
  handlers = [];
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    request.resume().on('end', () => {
      const handler = handlers.length > 1 ? handlers.shift() : handlers[0];
      handler?.(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  client = new GithubClient({ apiUrl: `http://127.0.0.1:${port}/api/v3`, token: 'secret-token' });
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const say =
  (status: number, body: unknown, headers: Record<string, string> = {}): Handler =>
  (_request, response) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
    response.end(status === 304 ? undefined : JSON.stringify(body));
  };
const ref = (sha: string) => ({ ref: 'refs/heads/main', object: { sha, type: 'commit' } });
const update = {
  repositoryNodeId: 'R_1',
  branch: 'main',
  beforeOid: 'a'.repeat(40),
  afterOid: 'b'.repeat(40),
};

test('GIT6 a 409 is an answer: it is not asked again', async () => {
  handlers = [say(409, { message: 'Git Repository is empty.' })];
  expect(await client.getBranchHead('a', 'b', 'main')).toBeNull();
  await expect(client.createCommit('a', 'b', commit)).rejects.toMatchObject({ code: 'conflict' });
  expect(asked).toHaveLength(2);
});

test('GIT6 a forge that takes a question and says nothing is given up, and asked again by whoever asks again', async () => {
  const { port } = server.address() as AddressInfo;
  const apiUrl = `http://127.0.0.1:${port}/api/v3`;
  const impatient = new GithubClient({ apiUrl, token: 'secret-token', answerMaxMs: 100 });
  handlers = [() => {}, say(200, ref('a'.repeat(40)))];
  await expect(impatient.getBranchHead('a', 'b', 'main')).rejects.toMatchObject({
    code: 'forge',
    message: expect.stringContaining('does not answer') as string,
  });
  expect(asked).toHaveLength(1);
  expect(await impatient.getBranchHead('a', 'b', 'main')).toBe('a'.repeat(40));
});

test('GIT6 what was seen before is asked for by its ETag', async () => {
  let match: string | undefined;
  handlers = [
    say(200, ref('a'.repeat(40)), { etag: '"1"' }),
    (request, response) => {
      match = request.headers['if-none-match'];
      say(304, null)(request, response);
    },
    say(200, ref('b'.repeat(40)), { etag: '"2"' }),
    say(304, null),
  ];
  const heads: (string | null)[] = [];
  for (let time = 0; time < 4; time++) heads.push(await client.getBranchHead('a', 'b', 'main'));
  expect(match).toBe('"1"');
  expect(heads.map((each) => each?.[0])).toEqual(['a', 'a', 'b', 'b']);
});

test('GIT6 a short retry-after is sat out, a long one is told', async () => {
  const limited = { message: 'You have exceeded a secondary rate limit.' };
  handlers = [say(403, limited, { 'retry-after': '1' }), say(200, ref('a'.repeat(40)))];
  expect(await client.getBranchHead('a', 'b', 'main')).toBe('a'.repeat(40));
  asked = [];
  handlers = [say(403, limited, { 'retry-after': '60' })];
  await expect(client.getBranchHead('a', 'b', 'main')).rejects.toMatchObject({
    code: 'rate-limited',
    retryAfterMs: 60_000,
  });
  expect(asked).toHaveLength(1);
});

test('GIT1 a branch is moved once: a broken answer is told, not sent again', async () => {
  handlers = [say(502, { message: 'Bad gateway' })];
  await expect(client.updateRef(update)).rejects.toThrow('Bad gateway');
  handlers = [(request) => request.socket.destroy()];
  await expect(client.updateRef(update)).rejects.toThrow('other side closed');
  expect(asked).toEqual(['POST /api/graphql', 'POST /api/graphql']);
});

test('GIT1 a head that has moved is told from a refusal', async () => {
  const refused = (message: string) => say(200, { data: null, errors: [{ message, type: 'UNPROCESSABLE' }] });
  handlers = [say(200, { data: { updateRefs: { clientMutationId: null } } })];
  expect(await client.updateRef(update)).toBe('moved');
  handlers = [refused('Reference cannot be updated: expected beforeOid')];
  expect(await client.updateRef(update)).toBe('head-moved');
  handlers = [refused('Protected branch update failed')];
  await expect(client.updateRef(update)).rejects.toMatchObject({ code: 'unprocessable' });
});

test('GIT6 trees and blobs never change: each is asked for once', async () => {
  handlers = [say(200, { tree: [{ path: 'a', mode: '100644', type: 'blob', sha: 'c' }], truncated: false })];
  await client.getTree('a', 'b', 'd'.repeat(40));
  const tree = await client.getTree('a', 'b', 'd'.repeat(40));
  expect([...tree.files.keys()]).toEqual(['a']);
  handlers = [(_request, response) => response.end('hi')];
  await client.getBlob('a', 'b', 'e'.repeat(40));
  expect(Buffer.from(await client.getBlob('a', 'b', 'e'.repeat(40))).toString()).toBe('hi');
  expect(asked).toHaveLength(2);
});

test('DOC9 who wrote lines is asked for once, unless the forge does not show the commit yet', async () => {
  const about = (object: unknown) => say(200, { data: { repository: { object } } });
  const ranges = [
    {
      startingLine: 1,
      endingLine: 2,
      commit: {
        oid: 'f'.repeat(40),
        messageHeadline: 'start',
        committedDate: '2026-11-21T12:00:00Z',
        author: { name: 'Ada' },
      },
    },
  ];
  const ask = () => client.blame('a', 'b', 'd'.repeat(40), 'a.txt');
  handlers = [about(null), about({ blame: { ranges } }), about({ blame: { ranges: [] } })];
  expect(await ask()).toBeNull();
  for (let time = 0; time < 2; time++) expect(await ask()).toMatchObject([{ from: 0, count: 2 }]);
  // An empty file has no lines, and that is an answer.
  for (let time = 0; time < 2; time++) expect(await client.blame('a', 'b', 'd', 'empty.txt')).toEqual([]);
  expect(asked).toHaveLength(3);
});

test('NAM2 each branch has an address of its own', async () => {
  handlers = [say(404, { message: 'Not Found' })];
  for (const branch of ['feat/x', 'a#b', '100%', 'x%2Fy', 'é', "a'b(c)!*", 'a+b&c=d', '{owner}'])
    await client.getBranchHead('o', 'r', branch);
  expect(asked.map((each) => decodeURIComponent(each.split('/git/ref/heads/')[1] ?? ''))).toEqual([
    'feat/x',
    'a#b',
    '100%',
    'x%2Fy',
    'é',
    "a'b(c)!*",
    'a+b&c=d',
    '{owner}',
  ]);
});

test('GIT6 a burst of writes goes at once, and no more than GitHub takes in a minute', async () => {
  const sha = 'f'.repeat(40);
  handlers = [say(201, { sha, object: { sha } })];
  // A slow machine must not be what lets the last one through.
  const now = performance.now();
  const clock = vi.spyOn(performance, 'now').mockReturnValue(now);
  try {
    for (let time = 0; time < 15; time++) await client.createCommit('a', 'b', commit);
    const last = client.createCommit('a', 'b', commit);
    await client.getBranchHead('a', 'b', 'main');
    expect(asked.filter((each) => each.endsWith('/git/commits'))).toHaveLength(15);
    clock.mockReturnValue(now + 1_000);
    await last;
    expect(asked.filter((each) => each.endsWith('/git/commits'))).toHaveLength(16);
  } finally {
    clock.mockRestore();
  }
});

test('SEC3 the token is in no refusal', async () => {
  for (const status of [401, 403, 404, 422]) {
    handlers = [say(status, { message: 'No.' })];
    const error: unknown = await client.createCommit('a', 'b', commit).catch((thrown: unknown) => thrown);
    expect(JSON.stringify(error)).not.toContain('secret-token');
    expect(String(error)).not.toContain('secret-token');
  }
});

const commit = {
  message: 'm',
  tree: 'a'.repeat(40),
  parents: [],
  author: { name: 'A', email: 'a@example.com' },
};
