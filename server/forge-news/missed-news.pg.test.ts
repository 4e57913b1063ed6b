import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Body } from '../forge/testing/made-up.js';
import { OpenApiValidator } from '../forge/testing/openapi-validator.js';
import { restSample } from '../forge/testing/rest-sample.js';
import { webhookSample } from '../forge/testing/webhook-sample.js';
import { OWNER, PerchServer, REPO } from '../testing/perch-server.js';
import { startNewsStage, type NewsStage } from './testing/news-stage.js';
import { SOON } from '../testing/soon.js';

const REPOSITORY = '/repos/{owner}/{repo}';
/** To read GitHub's descriptions takes seconds, in which idle connections of this process would end. */
const SOMEBODY = webhookSample('pull_request.opened', {}).sender as Body;
const CHANGE = restSample(`${REPOSITORY}/issues/{issue_number}/events`, {});
let stage: NewsStage;
let described: OpenApiValidator;
/** The second one, which begins to look where the first has ended. */
let later: PerchServer | undefined;
beforeAll(async () => {
  stage = await startNewsStage();
  described = new OpenApiValidator(stage.hooked.proxy.url);
  await stage.database.query(`UPDATE workspaces SET created_at = now() - interval '1 day'`);
});
afterEach(async () => {
  await later?.stop();
  later = undefined;
  stage.hooked.proxy.reset();
});
afterAll(() => stage.stop());

/** So many minutes ago, by the forge's clock. */
const ago = (minutes: number) =>
  new Date(Math.floor(Date.now() / 1000) * 1000 - minutes * 60_000).toISOString().replace('.000', '');
const eve = { id: 99, login: 'eve' };
const rob = { id: 100, login: 'rob' };
const person = (who: typeof eve) => ({ ...SOMEBODY, ...who });
const side = (ref: string) => ({
  ref,
  sha: stage.head,
  label: `${OWNER}:${ref}`,
  user: person(eve),
  repo: { ...stage.repository, name: REPO, owner: { ...person(eve), login: OWNER } },
});
const pull = (number: number, opened: string, changed: string, more: Body = {}): Body =>
  restSample(`${REPOSITORY}/pulls`, {
    number,
    title: 'A bird that sings',
    state: 'open',
    html_url: `https://github.com/${OWNER}/${REPO}/pull/${number}`,
    user: person(eve),
    created_at: opened,
    updated_at: changed,
    head: side('feat/x'),
    base: side('main'),
    ...more,
  });
const change = (event: string, at: string, actor = rob, more: Body = {}): Body => ({
  ...CHANGE,
  event,
  actor: person(actor),
  created_at: at,
  ...more,
});

/** What the forge answers with from now on, as its own description has it. */
async function answers(path: RegExp, address: string, body: unknown): Promise<void> {
  stage.hooked.proxy.next('GET', path, { kind: 'answer', status: 200, body }, Infinity);
  const said = await described.fetch(`${stage.hooked.proxy.url}${address}`);
  expect(said.status).toBe(200);
}
async function answersAll(said: {
  pulls?: Body[];
  changes?: Record<number, Body[]>;
  reviews?: Record<number, Body[]>;
  runs?: Body[];
  statuses?: Body[];
}): Promise<void> {
  const at = `/repos/${OWNER}/${REPO}`;
  await answers(/\/pulls\?/, `${at}/pulls?state=all`, said.pulls ?? []);
  for (const [number, changes] of Object.entries(said.changes ?? {}))
    await answers(
      new RegExp(`/issues/${number}/events`),
      `${at}/issues/${number}/events?per_page=100`,
      changes,
    );
  for (const [number, reviews] of Object.entries(said.reviews ?? {}))
    await answers(
      new RegExp(`/pulls/${number}/reviews`),
      `${at}/pulls/${number}/reviews?per_page=100`,
      reviews,
    );
  const runs = said.runs ?? [];
  stage.hooked.proxy.next(
    'GET',
    new RegExp(`/commits/${stage.head}/check-runs`),
    { kind: 'answer', status: 200, body: { total_count: runs.length, check_runs: runs } },
    Infinity,
  );
  stage.hooked.proxy.next(
    'GET',
    new RegExp(`/commits/${stage.head}/status`),
    { kind: 'answer', status: 200, body: { statuses: said.statuses ?? [] } },
    Infinity,
  );
}

/** Perch was away, and is back: until it has looked. */
async function comeBack(): Promise<void> {
  const { surroundings, proxy } = stage.hooked;
  await stage.hooked.perch.stop();
  later = await PerchServer.start({
    ...surroundings,
    github: { ...surroundings.github, apiUrl: proxy.url },
  });
  // The rooms are looked at one after the other, each with one question for its check runs.
  await expect.poll(() => proxy.count('GET', /\/commits\/[0-9a-f]+\/check-runs/), SOON).toBe(2);
}
async function told(id: string): Promise<string[]> {
  return (await stage.told(id, later)).map(({ type, payload }) => {
    const { number, name, by = '' } = payload as { number?: number; name?: string; by?: string };
    return `${type} ${number ?? name} ${by}`.trim();
  });
}

test('GIT8 what was done with pull requests and found by checks while Perch was away is told once it is back, in order, once', async () => {
  const opened = webhookSample('pull_request.opened', {
    number: 21,
    pull_request: {
      number: 21,
      title: 'A bird that sings',
      updated_at: ago(300),
      head: { ref: 'feat/x', repo: { ...stage.repository, owner: { login: OWNER } } },
      base: { ref: 'main', repo: { ...stage.repository, owner: { login: OWNER } } },
    },
    repository: stage.repository,
    sender: eve,
  });
  expect((await stage.hooked.deliver('pull_request', opened)).status).toBe(202);
  await expect
    .poll(async () => (await stage.database.query('SELECT 1 FROM forge_news')).rowCount, SOON)
    .toBe(2);
  const run = (name: string, conclusion: string, at: string) =>
    restSample(
      `${REPOSITORY}/commits/{ref}/check-runs`,
      {
        name,
        head_sha: stage.head,
        status: 'completed',
        conclusion,
        completed_at: at,
        html_url: 'https://ci.example.com/',
      },
      'check_runs',
    );
  await answersAll({
    pulls: [
      // So lately that its webhook may be on its way.
      pull(24, ago(0), ago(0)),
      pull(21, ago(300), ago(20)),
      pull(22, ago(100), ago(30), { state: 'closed' }),
      // Before anybody was here.
      pull(23, ago(3_000), ago(2_000), { state: 'closed' }),
    ],
    changes: {
      21: [
        change('labeled', ago(299)),
        change('convert_to_draft', ago(290), eve),
        change('ready_for_review', ago(280), eve),
        change('review_dismissed', ago(60), rob, {
          dismissed_review: { state: 'approved', review_id: 8, dismissal_message: null },
        }),
        change('merged', ago(20)),
        change('closed', ago(20)),
      ],
      22: [change('closed', ago(30))],
      23: [change('closed', ago(2_000))],
    },
    reviews: {
      21: [
        restSample(`${REPOSITORY}/pulls/{pull_number}/reviews`, {
          id: 7,
          user: person(rob),
          state: 'CHANGES_REQUESTED',
          html_url: 'https://github.com/r/7',
          submitted_at: ago(200),
        }),
        restSample(`${REPOSITORY}/pulls/{pull_number}/reviews`, {
          id: 8,
          user: person(eve),
          state: 'DISMISSED',
          html_url: 'https://github.com/r/8',
          submitted_at: ago(150),
        }),
      ],
      22: [],
      23: [],
    },
    runs: [run('build', 'success', ago(15)), run('lint', 'failure', ago(16))],
    statuses: [
      restSample(
        `${REPOSITORY}/commits/{ref}/status`,
        { context: 'deploy', state: 'success', target_url: null, updated_at: ago(14) },
        'statuses',
      ),
    ],
  });
  await comeBack();
  const both = [
    'pull-request.opened 21 eve',
    'pull-request.drafted 21 eve',
    'pull-request.readied 21 eve',
    'review.submitted 21 rob',
    'review.dismissed 21 rob',
    'pull-request.merged 21 rob',
    'pull-request.opened 22 eve',
    'pull-request.closed 22 rob',
  ];
  await expect
    .poll(() => told(stage.rooms.work), SOON)
    .toEqual([...both, 'check.failed lint', 'check.passed build', 'check.passed deploy']);
  expect(await told(stage.rooms.main)).toEqual(both);
  const before = await told(stage.rooms.work);
  await later!.stop();
  stage.hooked.proxy.asked.splice(0);
  await comeBack();
  expect(await told(stage.rooms.work)).toEqual(before);
});
