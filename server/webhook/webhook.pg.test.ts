import { createHmac, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OWNER, REPO } from '../testing/perch-server.js';
import { SECRET, startHookedPerch, type HookedPerch } from './testing/hooked-perch.js';
import { SOON } from '../testing/soon.js';

let it: HookedPerch;
let database: pg.Client;
let alice: string;
let workspaceId: string;
beforeAll(async () => {
  it = await startHookedPerch();
  database = new pg.Client({ connectionString: it.surroundings.databaseUrl });
  await database.connect();
  alice = await it.perch.ownerCookie();
  workspaceId = await it.perch.open(alice);
});
afterAll(async () => {
  await database.end();
  await it.stop();
});

const PARAMS = { owner: OWNER, repo: REPO };
const ZERO = '0'.repeat(40);
const head = () => it.git('rev-parse', 'HEAD');
const pushed = (after: string, more: object = {}) => ({
  ref: 'refs/heads/main',
  before: ZERO,
  after,
  deleted: false,
  repository: { id: 1 },
  pusher: { name: 'eve' },
  sender: { login: 'eve' },
  ...more,
});
/** All that a delivery could change. */
async function state(): Promise<unknown> {
  const { rows } = await database.query(`
    SELECT (SELECT jsonb_agg(w ORDER BY id) FROM workspaces w) AS workspaces,
           (SELECT jsonb_agg(e ORDER BY workspace_id, seq) FROM workspace_events e) AS events,
           (SELECT jsonb_agg(d ORDER BY guid) FROM webhook_deliveries d) AS deliveries,
           (SELECT jsonb_agg(r ORDER BY id) FROM repositories r) AS repositories`);
  return rows[0];
}
async function deliveries(): Promise<Record<string, string>> {
  const { rows } = await database.query<{ guid: string; state: string }>(
    'SELECT guid, state FROM webhook_deliveries',
  );
  return Object.fromEntries(rows.map(({ guid, state: each }) => [guid, each]));
}
async function baseCommit(): Promise<string | null> {
  const { rows } = await database.query<{ base_commit: string | null }>(
    'SELECT base_commit FROM workspaces WHERE id = $1',
    [workspaceId],
  );
  return rows[0]?.base_commit ?? null;
}
const answer = async (asked: Promise<Response>) => {
  const response = await asked;
  return { status: response.status, body: (await response.json()) as { state?: string; code?: string } };
};

test('GIT8 what is not signed, wrongly signed, of another repository or no event of ours changes nothing', async () => {
  const payload = { ...pushed(await head()), repository: { id: await it.repositoryId() } };
  const before = await state();
  const refused = { status: 401, body: { code: 'unauthenticated' } };
  expect(await answer(it.deliver('push', payload, { secret: 'another-secret' }))).toMatchObject(refused);
  for (const signature of ['', 'sha256=', `sha256=${'0'.repeat(64)}`, 'sha1=ab', 'x'.repeat(10_000)])
    expect(
      await answer(it.deliver('push', payload, { headers: { 'X-Hub-Signature-256': signature } })),
    ).toMatchObject(refused);
  const unsigned = fetch(`${it.perch.url}/api/webhooks/github`, {
    method: 'POST',
    body: JSON.stringify(payload),
    headers: { 'Content-Type': 'application/json', 'X-GitHub-Event': 'push', 'X-GitHub-Delivery': 'a' },
  });
  expect(await answer(unsigned)).toMatchObject(refused);
  // One byte more than what was signed.
  const signed = createHmac('sha256', SECRET).update(JSON.stringify(payload)).digest('hex');
  expect(
    await answer(
      it.deliver('push', `${JSON.stringify(payload)} `, {
        headers: { 'X-Hub-Signature-256': `sha256=${signed}` },
      }),
    ),
  ).toMatchObject(refused);
  const ignored = { status: 202, body: { state: 'ignored' } };
  expect(await answer(it.deliver('push', pushed(await head(), { repository: { id: 4_711 } })))).toEqual(
    ignored,
  );
  expect(await answer(it.deliver('star', { action: 'created' }))).toEqual(ignored);
  expect(await answer(it.deliver('constructor', {}))).toEqual(ignored);
  expect(await answer(it.deliver('push', { ...payload, ref: 'refs/tags/v1' }))).toEqual(ignored);
  expect(await answer(it.deliver('ping', { zen: 'Keep it' }))).toEqual(ignored);
  expect((await answer(it.deliver('push', '{'))).status).toBe(400);
  expect((await answer(it.deliver('push', { ref: 'refs/heads/main' }))).status).toBe(400);
  expect((await answer(it.deliver('push', payload, { guid: 'no guid' }))).status).toBe(400);
  // What PostgreSQL refuses is no branch.
  const { repository } = payload;
  const said = { sha: await head(), context: 'ci', state: 'success', target_url: null, repository };
  const status = { ...said, updated_at: new Date().toISOString(), branches: [{ name: 'ma\0in' }] };
  expect((await answer(it.deliver('status', status))).status).toBe(400);
  const made = { ref: 'ma\0in', ref_type: 'branch', repository };
  expect((await answer(it.deliver('create', made))).status).toBe(400);
  const form = it.deliver('push', payload, {
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  });
  expect((await answer(form)).status).toBe(400);
  expect(await state()).toEqual(before);
});

test('GIT8 a delivery of 25 MB is refused before it was sent', async () => {
  const before = await state();
  const size = 25_000_000;
  let sent = 0;
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const sending = request(`${it.perch.url}/api/webhooks/github`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'Content-Length': size,
        'X-GitHub-Event': 'push',
        'X-GitHub-Delivery': randomUUID(),
        'X-Hub-Signature-256': `sha256=${'0'.repeat(64)}`,
      },
    });
    sending.once('response', (response) => {
      response.resume();
      sending.destroy();
      resolve(response.statusCode);
    });
    sending.once('error', reject);
    const piece = Buffer.alloc(64_000, ' ');
    sending.write(piece);
    sent = piece.byteLength;
  });
  expect(status).toBe(413);
  expect(sent).toBeLessThan(size);
  // Without a length it is cut off on the way.
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(new Uint8Array(1_000_000).fill(32));
    },
  });
  const endless = fetch(`${it.perch.url}/api/webhooks/github`, {
    method: 'POST',
    body: stream,
    duplex: 'half',
    headers: {
      'Content-Type': 'application/json',
      'X-GitHub-Event': 'push',
      'X-GitHub-Delivery': randomUUID(),
      'X-Hub-Signature-256': `sha256=${'0'.repeat(64)}`,
    },
  } as RequestInit);
  // The connection may end before the answer was read.
  expect(
    await endless.then(
      (response) => response.status,
      () => 413,
    ),
  ).toBe(413);
  expect(await state()).toEqual(before);
});

test('GIT8 a delivery brings the push in; replayed or late it changes nothing, and one that failed may come again', async () => {
  const id = await it.repositoryId();
  const bob = await it.perch.invite(alice, 'write');
  const tab = await it.enter(bob, workspaceId, 'README.md');
  const first = await it.push('README.md', '# Game\n\nOne.\n');
  const guid = randomUUID();
  const one = pushed(first, { repository: { id } });
  expect(await answer(it.deliver('push', one, { guid }))).toEqual({ status: 202, body: { state: 'taken' } });
  await expect.poll(() => tab.text, SOON).toBe('# Game\n\nOne.\n');
  await expect.poll(async () => (await deliveries())[guid], SOON).toBe('done');
  expect(await baseCommit()).toBe(first);
  // The same again, and as somebody who heard it once would send it under another guid.
  const before = await state();
  expect(await answer(it.deliver('push', one, { guid }))).toEqual({ status: 202, body: { state: 'known' } });
  expect(await state()).toEqual(before);
  // Two pushes of which the older one's delivery comes last, and says what is not so any more.
  const second = await it.push('README.md', '# Game\n\nTwo.\n');
  const third = await it.push('README.md', '# Game\n\nThree.\n');
  const [late, early] = [randomUUID(), randomUUID()];
  await it.deliver('push', pushed(third, { repository: { id } }), { guid: early });
  await expect.poll(async () => (await deliveries())[early], SOON).toBe('done');
  const settled = await state();
  await it.deliver('push', pushed(second, { repository: { id } }), { guid: late });
  await it.deliver('delete', { ref: 'main', ref_type: 'branch', repository: { id } });
  await expect
    .poll(async () => Object.values(await deliveries()), SOON)
    .toEqual(['done', 'done', 'done', 'done']);
  expect(await baseCommit()).toBe(third);
  expect(tab.text).toBe('# Game\n\nThree.\n');
  expect(await state()).toMatchObject({ events: (settled as { events: unknown }).events });
  // A handling that comes to nothing, as the forge cannot be asked: sent again it is handled.
  const fourth = await it.push('README.md', '# Game\n\nFour.\n');
  const failing = randomUUID();
  const refusal = { kind: 'answer', status: 403, body: { message: 'Not now' } } as const;
  it.proxy.next('GET', /\/git\/ref\//, refusal, Infinity);
  const four = pushed(fourth, { repository: { id } });
  expect((await answer(it.deliver('push', four, { guid: failing }))).body.state).toBe('taken');
  await expect.poll(async () => (await deliveries())[failing], SOON).toBe('failed');
  expect(await baseCommit()).toBe(third);
  it.proxy.reset();
  expect((await answer(it.deliver('push', four, { guid: failing }))).body.state).toBe('taken');
  await expect.poll(async () => (await deliveries())[failing], SOON).toBe('done');
  expect(await baseCommit()).toBe(fourth);
  tab.socket.disconnect();
});

test('SEC1 a delivery says that rights may have changed: whoever may not be inside any more is out at once', async () => {
  const id = await it.repositoryId();
  const bob = await it.perch.invite(alice, 'write');
  const tab = await it.enter(bob, workspaceId, 'README.md');
  const closed = new Promise<unknown>((resolve) => tab.socket.once('workspace:closed', resolve));
  // Nothing is there any more for whom Perch asks as.
  await it.serve({ private: true, permissions: {} });
  const member = { action: 'removed', member: { login: 'perch' }, repository: { id } };
  expect(await answer(it.deliver('member', member))).toEqual({ status: 202, body: { state: 'taken' } });
  expect(await closed).toMatchObject({ workspaceId, reason: 'withdrawn' });
  expect((await it.perch.ask(bob, 'GET /api/github/:owner/:repo/branches', { params: PARAMS })).status).toBe(
    404,
  );
  await it.serve({});
  const installed = { action: 'added', installation: { id: 1 } };
  expect((await answer(it.deliver('installation_repositories', installed))).body.state).toBe('taken');
  await expect
    .poll(() => it.perch.ask(bob, 'GET /api/github/:owner/:repo/branches', { params: PARAMS }), SOON)
    .toMatchObject({ status: 200 });
  tab.socket.disconnect();
});

test('GIT8 SEC3 whoever takes his consent back on the forge is signed out, and his token is gone', async () => {
  const bob = await it.perch.invite(alice, 'read');
  const { body } = await it.perch.ask(bob, 'GET /api/session');
  const { id } = body as { id: string };
  await database.query(
    `INSERT INTO forge_accounts (user_id, forge_user_id, login, email, access_token)
     VALUES ($1, 77, 'bob', 'bob@perch.invalid', 'sealed')`,
    [id],
  );
  const revoked = { action: 'revoked', sender: { login: 'bob', id: 77 } };
  expect((await answer(it.deliver('github_app_authorization', revoked))).body.state).toBe('taken');
  await expect
    .poll(() => database.query('SELECT access_token FROM forge_accounts WHERE user_id = $1', [id]), SOON)
    .toMatchObject({ rows: [{ access_token: null }] });
});

test('GIT2 a push is visible to somebody else within 2 s by the forge’s own webhook', async () => {
  it.surroundings.forge.addHook({
    url: `${it.perch.url}/api/webhooks/github`,
    secret: SECRET,
    events: ['*'],
  });
  const bob = await it.perch.invite(alice, 'read');
  const tab = await it.enter(bob, workspaceId, 'README.md');
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    const heard = new Promise<number>((resolve) => {
      const look = () => {
        if (tab.text.includes(`Round ${round}.`)) resolve(performance.now());
      };
      tab.doc.on('update', look);
    });
    await it.push('README.md', `# Game\n\nRound ${round}.\n`);
    const start = performance.now();
    times.push(Math.max(0, (await heard) - start));
  }
  process.stdout.write(
    `outside push to visible, by webhook: ${times.map((each) => Math.round(each)).join(', ')} ms after git push ended\n`,
  );
  expect(times.toSorted((one, other) => one - other)[2]).toBeLessThan(2_000);
  tab.socket.disconnect();
});
