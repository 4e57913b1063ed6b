import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Body } from '../forge/testing/made-up.js';
import { webhookSample } from '../forge/testing/webhook-sample.js';
import type { EventPayloads, WorkspaceEvent } from '../protocol/event.js';
import { OWNER, REPO } from '../testing/perch-server.js';
import { startNewsStage, type NewsStage } from './testing/news-stage.js';
import { SOON } from '../testing/soon.js';

let stage: NewsStage;
beforeAll(async () => {
  stage = await startNewsStage();
});
afterAll(() => stage.stop());

/** The second after the hour at which something was said. */
const at = (second: number) =>
  new Date(Date.UTC(2026, 10, 21, 12, 0, second)).toISOString().replace('.000', '');
const SIGNATURE = { name: 'eve', email: 'eve@example.com', date: at(0) };
const eve = { id: 99, login: 'eve' };
const ours = () => ({ ...stage.repository, owner: { login: OWNER } });
const pull = (number: number, second: number, more: Body = {}): Body => ({
  number,
  title: 'A bird that sings',
  html_url: `https://github.com/${OWNER}/${REPO}/pull/${number}`,
  updated_at: at(second),
  head: { ref: 'feat/x', sha: stage.head, repo: ours() },
  base: { ref: 'main', repo: ours() },
  ...more,
});
const pullRequest = (action: string, number: number, second: number, more: Body = {}) =>
  webhookSample(`pull_request.${action}`, {
    number,
    pull_request: pull(number, second, more),
    repository: stage.repository,
    sender: eve,
  });
const check = (
  name: string,
  conclusion: string,
  second: number,
  sha = stage.head,
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
    repository: stage.repository,
  });
const status = (context: string, state: string, second: number, sha = stage.head) =>
  webhookSample('status', {
    sha,
    context,
    state,
    updated_at: at(second),
    target_url: 'https://ci.example.com/1',
    commit: { commit: { author: SIGNATURE, committer: SIGNATURE } },
    branches: [{ name: 'feat/x', commit: { sha, url: 'https://example.com/' }, protected: false }],
    repository: stage.repository,
  });

/** Delivers, and waits until it is handled: how it was received. */
async function deliver(event: string, body: Body, guid: string = randomUUID()): Promise<string | undefined> {
  const response = await stage.hooked.deliver(event, body, { guid });
  const { state } = (await response.json()) as { state?: string };
  if (state === 'taken')
    await expect
      .poll(async () => {
        const { rows } = await stage.database.query<{ state: string }>(
          'SELECT state FROM webhook_deliveries WHERE guid = $1',
          [guid],
        );
        return rows[0]?.state;
      }, SOON)
      .toBe('done');
  return state;
}
const types = async (id: string, about: string) =>
  (await stage.told(id))
    .filter(({ payload }) => JSON.stringify(payload).includes(about))
    .map(({ type }) => type);
async function everything(): Promise<unknown> {
  const { rows } = await stage.database.query(`
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
  for (const id of [stage.rooms.work, stage.rooms.main])
    expect(await stage.told(id)).toMatchObject([
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
    repository: stage.repository,
    sender: eve,
  });
  const dismissed = webhookSample('pull_request_review.dismissed', {
    review: { id: 7, user: eve, state: 'dismissed', submitted_at: at(3) },
    pull_request: pull(12, 4),
    repository: stage.repository,
    sender: { id: 100, login: 'rob' },
  });
  await deliver('pull_request_review', submitted);
  await deliver('pull_request_review', dismissed);
  // The same second, told late once more.
  await deliver('pull_request_review', submitted);
  await deliver('pull_request', pullRequest('closed', 12, 5, { merged: true }));
  expect(await types(stage.rooms.work, '"number":12')).toEqual([
    'pull-request.opened',
    'review.submitted',
    'review.dismissed',
    'pull-request.merged',
  ]);
  const reviews = (await stage.told(stage.rooms.work)).filter(({ type }) => type.startsWith('review.'));
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
  expect(await types(stage.rooms.work, '"number":13')).toEqual(['pull-request.closed']);
  await deliver('pull_request', pullRequest('reopened', 13, 6));
  expect(await types(stage.rooms.work, '"number":13')).toEqual([
    'pull-request.closed',
    'pull-request.reopened',
  ]);
  // Many at once: as many as are new, in whatever order they come.
  await Promise.all(Array.from({ length: 8 }, () => deliver('pull_request', pullRequest('closed', 14, 9))));
  expect(await types(stage.rooms.work, '"number":14')).toEqual(['pull-request.closed']);
});

test('GIT8 a pull request from another repository is told where it goes to alone', async () => {
  const fork = { id: 4_711, owner: { login: 'mallory' } };
  const body = pullRequest('opened', 15, 1, { head: { ref: 'feat/x', sha: stage.head, repo: fork } });
  expect(await deliver('pull_request', body)).toBe('taken');
  expect(await types(stage.rooms.work, '"number":15')).toEqual([]);
  expect((await stage.told(stage.rooms.main)).at(-1)?.payload).toMatchObject({
    number: 15,
    head: 'mallory:feat/x',
  });
});

test('GIT8 checks and statuses are told of the head alone, the latest state of each', async () => {
  const before = await stage.hooked.git('rev-parse', 'feat/x~1');
  await deliver('check_run', check('build', 'failure', 1));
  await deliver('check_run', check('build', 'success', 9));
  await deliver('check_run', check('build', 'failure', 4));
  await deliver('check_run', check('lint', 'timed_out', 1, before));
  await deliver('check_run', check('elsewhere', 'success', 1, stage.head, 'never-opened'));
  await deliver('status', status('ci/deploy', 'success', 7));
  await deliver('status', status('ci/deploy', 'pending', 3));
  await deliver('status', status('ci/preview', 'pending', 3));
  await deliver('status', status('ci/preview', 'error', 8));
  const suite = (runs: number) =>
    webhookSample('check_suite.completed', {
      check_suite: {
        head_branch: 'feat/x',
        head_sha: stage.head,
        status: 'completed',
        conclusion: 'success',
        updated_at: at(20),
        latest_check_runs_count: runs,
        app: { slug: 'ci', name: 'CI' },
      },
      repository: stage.repository,
    });
  expect(await deliver('check_suite', suite(1))).toBe('ignored');
  await deliver('check_suite', suite(3));
  const checks = (await stage.told(stage.rooms.work)).filter(({ type }) => type.startsWith('check.'));
  const line = ({ type, payload }: WorkspaceEvent) => {
    const { name, sha } = payload as EventPayloads['check.passed'];
    return [type, name, sha];
  };
  expect(checks.map(line)).toEqual([
    ['check.failed', 'build', stage.head],
    ['check.passed', 'build', stage.head],
    ['check.passed', 'ci/deploy', stage.head],
    ['check.failed', 'ci/preview', stage.head],
    ['check.passed', 'all of CI', stage.head],
  ]);
  expect(checks.at(-2)?.payload).toMatchObject({ url: 'https://ci.example.com/1', conclusion: 'error' });
});

test('GIT8 of an unknown repository, a branch nobody has opened, or by a wrong signature nothing is kept', async () => {
  const before = await everything();
  const elsewhere = pullRequest('opened', 16, 1, {
    head: { ref: 'never-opened', sha: stage.head, repo: ours() },
    base: { ref: 'nor-this', repo: ours() },
  });
  expect(await deliver('pull_request', elsewhere)).toBe('ignored');
  const foreign = { ...pullRequest('opened', 17, 1), repository: { id: 4_711 } };
  expect(await deliver('pull_request', foreign)).toBe('ignored');
  expect(await deliver('check_run', check('build', 'failure', 30, stage.head, null))).toBe('ignored');
  const forged = await stage.hooked.deliver('pull_request', pullRequest('opened', 18, 1), {
    secret: 'another-secret-xx',
  });
  expect(forged.status).toBe(401);
  expect((await stage.hooked.deliver('status', { state: 'success' })).status).toBe(400);
  expect(await everything()).toEqual(before);
});

test('GIT8 what the forge says is one bounded line, and its links are pages', async () => {
  const title = `\u202e${'x'.repeat(500)}\u0000\ud800`;
  const body = { ...pullRequest('opened', 19, 1) };
  const of = body.pull_request as Body;
  const said = { ...body, pull_request: { ...of, title, html_url: 'javascript:alert(1)' } };
  expect(await deliver('pull_request', said)).toBe('taken');
  const event = (await stage.told(stage.rooms.work)).find(
    ({ payload }) => 'number' in payload && payload.number === 19,
  );
  expect(event?.payload).toMatchObject({ title: 'x'.repeat(300), url: null });
});
