import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Body } from '../forge/testing/made-up.js';
import { webhookSample } from '../forge/testing/webhook-sample.js';
import type { EventPayloads, WorkspaceEvent } from '../protocol/event.js';
import { OWNER, REPO } from '../testing/perch-server.js';
import { startHookedPerch, type HookedPerch } from '../webhook/testing/hooked-perch.js';

const SOON = { timeout: 10_000 };
let it: HookedPerch;
let database: pg.Client;
let owner: string;
let repository = { id: 0 };
let main: string;
let work: string;
let head: string;
beforeAll(async () => {
  it = await startHookedPerch();
  database = new pg.Client({ connectionString: it.surroundings.databaseUrl });
  await database.connect();
  owner = await it.perch.ownerCookie();
  main = await it.perch.open(owner);
  await it.git('switch', '--quiet', '--create', 'feat/x');
  head = await it.push('src/bird.js', 'export function bird() { return 1; }\n', 'feat/x');
  work = await it.perch.open(owner, 'feat/x');
  const found = await it.perch.ask(owner, 'GET /api/github/:owner/:repo', {
    params: { owner: OWNER, repo: REPO },
  });
  repository = { id: (found.body as { id: number }).id };
});
afterAll(async () => {
  await database.end();
  await it.stop();
});

/** The second after the hour at which something was said. */
const at = (second: number) =>
  new Date(Date.UTC(2026, 10, 21, 12, 0, second)).toISOString().replace('.000', '');
const SIGNATURE = { name: 'eve', email: 'eve@example.com', date: at(0) };
const eve = { id: 99, login: 'eve' };
const ours = () => ({ ...repository, owner: { login: OWNER } });
const pull = (number: number, second: number, more: Body = {}): Body => ({
  number,
  title: 'A bird that sings',
  html_url: `https://github.com/${OWNER}/${REPO}/pull/${number}`,
  updated_at: at(second),
  head: { ref: 'feat/x', sha: head, repo: ours() },
  base: { ref: 'main', repo: ours() },
  ...more,
});
const pullRequest = (action: string, number: number, second: number, more: Body = {}) =>
  webhookSample(`pull_request.${action}`, {
    number,
    pull_request: pull(number, second, more),
    repository,
    sender: eve,
  });
const check = (
  name: string,
  conclusion: string,
  second: number,
  sha = head,
  headBranch: string | null = 'feat/x',
) =>
  webhookSample('check_run.completed', {
    check_run: {
      name,
      head_sha: sha,
      status: 'completed',
      conclusion,
      completed_at: at(second),
      html_url: `https://github.com/${OWNER}/${REPO}/runs/1`,
      app: { slug: 'ci', name: 'CI' },
      check_suite: { head_branch: headBranch },
    },
    repository,
  });
const status = (context: string, state: string, second: number, sha = head) =>
  webhookSample('status', {
    sha,
    context,
    state,
    updated_at: at(second),
    target_url: 'https://ci.example.com/1',
    commit: { commit: { author: SIGNATURE, committer: SIGNATURE } },
    branches: [{ name: 'feat/x', commit: { sha, url: 'https://example.com/' }, protected: false }],
    repository,
  });

/** Delivers, and waits until it is handled: how it was received. */
async function deliver(event: string, body: Body, guid: string = randomUUID()): Promise<string | undefined> {
  const response = await it.deliver(event, body, { guid });
  const { state } = (await response.json()) as { state?: string };
  if (state === 'taken')
    await expect
      .poll(async () => {
        const { rows } = await database.query<{ state: string }>(
          'SELECT state FROM webhook_deliveries WHERE guid = $1',
          [guid],
        );
        return rows[0]?.state;
      }, SOON)
      .toBe('done');
  return state;
}
async function told(id: string): Promise<WorkspaceEvent[]> {
  const { body } = await it.perch.ask(owner, 'GET /api/workspaces/:id/events', {
    params: { id },
    query: { after: '0', limit: '500' },
  });
  return (body as { events: WorkspaceEvent[] }).events.filter(({ type }) =>
    /^(?:pull-request|review|check)\./.test(type),
  );
}
const types = async (id: string, about: string) =>
  (await told(id)).filter(({ payload }) => JSON.stringify(payload).includes(about)).map(({ type }) => type);
async function everything(): Promise<unknown> {
  const { rows } = await database.query(`
    SELECT (SELECT jsonb_agg(w ORDER BY id) FROM workspaces w) AS workspaces,
           (SELECT jsonb_agg(e ORDER BY workspace_id, seq) FROM workspace_events e) AS events,
           (SELECT jsonb_agg(n ORDER BY workspace_id, subject) FROM forge_news n) AS news,
           (SELECT jsonb_agg(d ORDER BY guid) FROM webhook_deliveries d) AS deliveries`);
  return rows[0];
}

test('GIT8 a pull request is told in the rooms of its branch and of the one it goes into, with who did it and a link', async () => {
  expect(await deliver('pull_request', pullRequest('opened', 12, 1))).toBe('taken');
  const payload = {
    number: 12,
    title: 'A bird that sings',
    url: `https://github.com/${OWNER}/${REPO}/pull/12`,
    head: 'feat/x',
    base: 'main',
    by: 'eve',
  };
  for (const id of [work, main])
    expect(await told(id)).toMatchObject([
      { type: 'pull-request.opened', actor: { kind: 'system' }, payload },
    ]);
  expect(await deliver('pull_request', pullRequest('synchronize', 12, 2))).toBe('ignored');
  const submitted = webhookSample('pull_request_review.submitted', {
    review: {
      id: 7,
      user: eve,
      state: 'changes_requested',
      submitted_at: at(3),
      html_url: 'https://github.com/r/7',
    },
    pull_request: pull(12, 3),
    repository,
    sender: eve,
  });
  const dismissed = webhookSample('pull_request_review.dismissed', {
    review: { id: 7, user: eve, state: 'dismissed', submitted_at: at(3) },
    pull_request: pull(12, 4),
    repository,
    sender: { id: 100, login: 'rob' },
  });
  await deliver('pull_request_review', submitted);
  await deliver('pull_request_review', dismissed);
  // The same second, told late once more.
  await deliver('pull_request_review', submitted);
  await deliver('pull_request', pullRequest('closed', 12, 5, { merged: true }));
  expect(await types(work, '"number":12')).toEqual([
    'pull-request.opened',
    'review.submitted',
    'review.dismissed',
    'pull-request.merged',
  ]);
  const reviews = (await told(work)).filter(({ type }) => type.startsWith('review.'));
  expect(reviews.map((each) => each.payload)).toMatchObject([
    { verdict: 'changes-requested', by: 'eve', url: 'https://github.com/r/7' },
    { verdict: 'dismissed', by: 'rob' },
  ]);
});

test('GIT8 delivered twice or out of order, a pull request is told once and as it is', async () => {
  const guid = randomUUID();
  const closed = pullRequest('closed', 13, 5, { merged: false });
  expect(await deliver('pull_request', closed, guid)).toBe('taken');
  expect(await deliver('pull_request', closed, guid)).toBe('known');
  await deliver('pull_request', closed);
  // It was opened before it was closed, and in the same second at last.
  await deliver('pull_request', pullRequest('opened', 13, 1));
  await deliver('pull_request', pullRequest('opened', 13, 5));
  expect(await types(work, '"number":13')).toEqual(['pull-request.closed']);
  await deliver('pull_request', pullRequest('reopened', 13, 6));
  expect(await types(work, '"number":13')).toEqual(['pull-request.closed', 'pull-request.reopened']);
  // Many at once: as many as are new, in whatever order they come.
  await Promise.all(Array.from({ length: 8 }, () => deliver('pull_request', pullRequest('closed', 14, 9))));
  expect(await types(work, '"number":14')).toEqual(['pull-request.closed']);
});

test('GIT8 a pull request from another repository is told where it goes to alone', async () => {
  const fork = { id: 4_711, owner: { login: 'mallory' } };
  const body = pullRequest('opened', 15, 1, { head: { ref: 'feat/x', sha: head, repo: fork } });
  expect(await deliver('pull_request', body)).toBe('taken');
  expect(await types(work, '"number":15')).toEqual([]);
  expect((await told(main)).at(-1)?.payload).toMatchObject({ number: 15, head: 'mallory:feat/x' });
});

test('GIT8 checks and statuses are told of the head alone, the latest state of each', async () => {
  const before = await it.git('rev-parse', 'feat/x~1');
  await deliver('check_run', check('build', 'failure', 1));
  await deliver('check_run', check('build', 'success', 9));
  await deliver('check_run', check('build', 'failure', 4));
  await deliver('check_run', check('lint', 'timed_out', 1, before));
  await deliver('check_run', check('elsewhere', 'success', 1, head, 'never-opened'));
  await deliver('status', status('ci/deploy', 'success', 7));
  await deliver('status', status('ci/deploy', 'pending', 3));
  await deliver('status', status('ci/preview', 'pending', 3));
  await deliver('status', status('ci/preview', 'error', 8));
  const suite = (runs: number) =>
    webhookSample('check_suite.completed', {
      check_suite: {
        head_branch: 'feat/x',
        head_sha: head,
        status: 'completed',
        conclusion: 'success',
        updated_at: at(20),
        latest_check_runs_count: runs,
        app: { slug: 'ci', name: 'CI' },
      },
      repository,
    });
  expect(await deliver('check_suite', suite(1))).toBe('ignored');
  await deliver('check_suite', suite(3));
  const checks = (await told(work)).filter(({ type }) => type.startsWith('check.'));
  const line = ({ type, payload }: WorkspaceEvent) => {
    const { name, sha } = payload as EventPayloads['check.passed'];
    return [type, name, sha];
  };
  expect(checks.map(line)).toEqual([
    ['check.failed', 'build', head],
    ['check.passed', 'build', head],
    ['check.passed', 'ci/deploy', head],
    ['check.failed', 'ci/preview', head],
    ['check.passed', 'all of CI', head],
  ]);
  expect(checks.at(-2)?.payload).toMatchObject({ url: 'https://ci.example.com/1', conclusion: 'error' });
});

test('GIT8 of an unknown repository, a branch nobody has opened, or by a wrong signature nothing is kept', async () => {
  const before = await everything();
  const elsewhere = pullRequest('opened', 16, 1, {
    head: { ref: 'never-opened', sha: head, repo: ours() },
    base: { ref: 'nor-this', repo: ours() },
  });
  expect(await deliver('pull_request', elsewhere)).toBe('ignored');
  const foreign = { ...pullRequest('opened', 17, 1), repository: { id: 4_711 } };
  expect(await deliver('pull_request', foreign)).toBe('ignored');
  expect(await deliver('check_run', check('build', 'failure', 30, head, null))).toBe('ignored');
  const forged = await it.deliver('pull_request', pullRequest('opened', 18, 1), {
    secret: 'another-secret-xx',
  });
  expect(forged.status).toBe(401);
  expect((await it.deliver('status', { state: 'success' })).status).toBe(400);
  expect(await everything()).toEqual(before);
});

test('GIT8 what the forge says is one bounded line, and its links are pages', async () => {
  const title = `${'x'.repeat(500)}\u0000\ud800`;
  const body = { ...pullRequest('opened', 19, 1) };
  const of = body.pull_request as Body;
  const said = { ...body, pull_request: { ...of, title, html_url: 'javascript:alert(1)' } };
  expect(await deliver('pull_request', said)).toBe('taken');
  const event = (await told(work)).find(({ payload }) => 'number' in payload && payload.number === 19);
  expect(event?.payload).toMatchObject({ title: 'x'.repeat(300), url: null });
});
