import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { GithubClient } from './github-client.js';
import { log } from './log.js';

/** One exchange with api.github.com as it was recorded. */
type Recorded = {
  method: string;
  path: string;
  status: number;
  body: unknown;
  response: unknown;
  headers: Record<string, string | number>;
};

const WEB = 'https://api.github.com';
const here = createRequire(import.meta.url);
const scenario = (name: string): Recorded[] =>
  JSON.parse(
    readFileSync(
      here.resolve(`@octokit/fixtures/scenarios/api.github.com/${name}/normalized-fixture.json`),
      'utf8',
    ),
  ) as Recorded[];

let server: Server;
let client: GithubClient;
let asked: string[];
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Answers over HTTP what GitHub answered, to whoever asks the same; links lead back here. */
async function replay(exchanges: readonly Recorded[]): Promise<void> {
  log.level = 'silent';
  asked = [];
  const left = [...exchanges];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '' } = request;
      asked.push(`${method} ${url}`);
      const at = left.findIndex((each) => each.method.toUpperCase() === method && each.path === url);
      const [found] = at === -1 ? [] : left.splice(at, 1);
      if (!found) {
        response.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"Not Found"}');
        return;
      }
      const home = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const text = typeof found.response === 'string' ? found.response : JSON.stringify(found.response);
      const {
        'content-length': _length,
        'content-encoding': _encoding,
        connection: _connection,
        ...rest
      } = found.headers;
      const headers = Object.entries(rest).map(
        ([name, value]) => [name, String(value).replaceAll(WEB, home)] as const,
      );
      response.writeHead(found.status, Object.fromEntries(headers)).end(text.replaceAll(WEB, home));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = new GithubClient({
    apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: 'secret-token',
  });
}

test('GIT6 a repository as GitHub told of it, and the budget beside it', async () => {
  await replay(scenario('get-repository'));
  expect(await client.getRepository('octokit-fixture-org', 'hello-world')).toEqual({
    id: 1000,
    nodeId: 'MDA6RW50aXR5MQ==',
    owner: 'octokit-fixture-org',
    name: 'hello-world',
    defaultBranch: 'master',
    private: false,
    description: null,
    url: 'https://github.com/octokit-fixture-org/hello-world',
    permission: 'admin',
  });
  expect(client.budget).toMatchObject({ limit: 5000, remaining: 4999 });
});

test('NAM1 a renamed repository is found by its old name', async () => {
  const [, moved, target] = scenario('rename-repository');
  await replay([moved!, target!]);
  const found = await client.getRepository('octokit-fixture-org', 'rename-repository');
  expect(found).toMatchObject({ id: 1000, name: 'rename-repository-newname' });
  expect(asked).toEqual(['GET /repos/octokit-fixture-org/rename-repository', 'GET /repositories/1000']);
});

test('GIT1 a first file as GitHub took it, and a branch as it made it', async () => {
  const [created] = scenario('create-file');
  await replay([created!, scenario('git-refs')[1]!]);
  const sha = await client.createFile('octokit-fixture-org', 'create-file', {
    path: 'test.txt',
    bytes: new TextEncoder().encode('Test content'),
    message: 'create test.txt',
    author: { name: 'Ada', email: 'ada@example.com' },
  });
  expect(sha).toBe((created!.response as { commit: { sha: string } }).commit.sha);
  await client.createBranch('octokit-fixture-org', 'git-refs', 'test', `${'0'.repeat(39)}2`);
  expect(asked).toHaveLength(2);
});

test('GIT6 a refusal as GitHub worded it is a sentence, asked once', async () => {
  const [refused] = scenario('errors');
  await replay([{ ...refused!, path: '/repos/octokit-fixture-org/errors/git/refs' }]);
  await expect(
    client.createBranch('octokit-fixture-org', 'errors', 'foo', 'a'.repeat(40)),
  ).rejects.toMatchObject({
    code: 'unprocessable',
    message: expect.stringContaining('Validation Failed') as string,
  });
  expect(asked).toHaveLength(1);
});

test('GIT6 pages are followed by the links GitHub gives, which name the repository by its id', async () => {
  // The recorded pages are of issues; the links and their form are what is followed.
  const pages = scenario('paginate-issues').map((page, index) => ({
    ...page,
    path: index === 0 ? '/repos/octokit-fixture-org/paginate-issues/branches?per_page=100' : page.path,
    response: [{ name: `b${index}`, commit: { sha: 'a'.repeat(40) }, protected: false }],
  }));
  await replay(pages);
  // It says nothing of dates there, which costs no branch.
  const { branches, isComplete } = await client.listBranches('octokit-fixture-org', 'paginate-issues');
  expect(branches.map((each) => each.name)).toEqual(['b0', 'b1', 'b2', 'b3', 'b4']);
  expect(branches[0]).toMatchObject({ committedAt: null, sha: 'a'.repeat(40) });
  expect(isComplete).toBe(true);
  const pagesAsked = asked.filter((each) => each.startsWith('GET')).slice(1);
  expect(pagesAsked.every((each) => each.startsWith('GET /repositories/1000/issues?'))).toBe(true);
});
