import { EventSourceParserStream, type EventSourceMessage } from 'eventsource-parser/stream';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { AccessScope, AccessToken } from '../protocol/access-token.js';
import type { WorkspaceEvent } from '../protocol/event.js';
import { OWNER, PerchServer, REPO } from '../testing/perch-server.js';

const room = { owner: OWNER, repo: REPO, branch: 'main' };
const PATH = `/api/workspace/events/stream?${new URLSearchParams(room)}`;

let perch: PerchServer;
let owner: string;
let secret: string;
let accessToken: AccessToken;
beforeAll(async () => {
  perch = await PerchServer.start();
  owner = await perch.ownerCookie();
});
afterAll(() => perch.stop());
beforeEach(async () => {
  ({ secret, accessToken } = await makeToken(['events:read', 'events:write']));
});

async function makeToken(scopes: AccessScope[]): Promise<{ secret: string; accessToken: AccessToken }> {
  const answer = await perch.ask(owner, 'POST /api/access-tokens', {
    body: { name: 'CI', scopes, repository: null, expiresInDays: 1 },
  });
  return answer.body as { secret: string; accessToken: AccessToken };
}

const add = async (type: string, payload: object = {}): Promise<WorkspaceEvent> => {
  const answer = await perch.ask(null, 'POST /api/workspace/events', {
    query: room,
    body: { type, payload },
    headers: { Authorization: `Bearer ${secret}` },
  });
  expect([answer.status, answer.body]).toMatchObject([200, {}]);
  return answer.body as WorkspaceEvent;
};

type Reader = { response: Response; heard: EventSourceMessage[]; comments: string[]; ended: Promise<void> };

/** Reads a stream until it ends, as its events come. */
async function read(headers: Record<string, string>, query = '', url = perch.url): Promise<Reader> {
  const response = await fetch(`${url}${PATH}${query}`, { headers });
  const heard: EventSourceMessage[] = [];
  const comments: string[] = [];
  const messages = response
    .body!.pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream({ onComment: (comment) => comments.push(comment) }));
  const ended = (async () => {
    for await (const message of messages) heard.push(message);
  })();
  return { response, heard, comments, ended };
}

const bearer = () => ({ Authorization: `Bearer ${secret}` });
const idsOf = (reader: Reader) => reader.heard.map((message) => Number(message.id));

test('EVT2 a stream begins with what happens next, after Last-Event-ID, or after a number; to cookies and tokens', async () => {
  const first = await add('integration.build.started');
  const [byToken, byCookie, resumed, fromStart] = await Promise.all([
    read(bearer()),
    read({ Cookie: owner, Origin: perch.url }),
    read({ ...bearer(), 'Last-Event-ID': `${first.seq - 1}` }, '&after=0'),
    read(bearer(), '&after=0'),
  ]);
  expect(byToken.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(byToken.response.headers.get('cache-control')).toBe('no-store');
  const second = await add('integration.build.failed', {
    title: 'Build 7 failed',
    url: 'https://ci.example/7',
    n: 7,
  });
  await expect.poll(() => idsOf(byToken)).toEqual([second.seq]);
  await expect.poll(() => idsOf(byCookie)).toEqual([second.seq]);
  await expect.poll(() => idsOf(resumed)).toEqual([first.seq, second.seq]);
  await expect
    .poll(() => idsOf(fromStart))
    .toEqual(Array.from({ length: second.seq }, (_, index) => index + 1));
  const [message] = byToken.heard;
  expect(message?.event).toBe('event:added');
  expect(JSON.parse(message?.data ?? '')).toEqual(second);
  expect(second).toMatchObject({
    type: 'integration.build.failed',
    actor: { kind: 'person', name: 'Owner' },
    payload: { title: 'Build 7 failed', url: 'https://ci.example/7', n: 7, program: 'CI' },
  });
});

test('EVT2 a number that is none, or of no event yet, is refused', async () => {
  const { seq } = await add('integration.pinged');
  for (const id of ['x', '-1', '1.5', `${seq + 1}`]) {
    const { response } = await read({ ...bearer(), 'Last-Event-ID': id });
    expect([id, response.status]).toEqual([id, 400]);
  }
});

test('EVT4 programs add integration.* events and no other, and nothing that cannot be kept', async () => {
  const refused: object[] = [
    { type: 'commit.created', payload: { sha: 'a', message: 'b', paths: [] } },
    { type: 'file.edited' },
    { type: 'integration' },
    { type: 'integration.' },
    { type: 'integration.A' },
    { type: 'integrations.built' },
    { type: 'integration.x', payload: { title: '' } },
    { type: 'integration.x', payload: { url: 'javascript:alert(1)' } },
    { type: 'integration.x', payload: { text: 'a\u0000b' } },
    { type: 'integration.x', payload: { text: '\ud800' } },
    { type: 'integration.x', payload: { text: 'x'.repeat(16_000) } },
    { type: 'integration.x', payload: { deep: JSON.parse(`${'['.repeat(30)}${']'.repeat(30)}`) as unknown } },
  ];
  for (const body of refused) {
    const answer = await perch.ask(null, 'POST /api/workspace/events', {
      query: room,
      body,
      headers: bearer(),
    });
    expect([body, answer.status]).toEqual([body, 400]);
  }
  const { payload } = await add('integration.x', { program: 'somebody else' });
  expect(payload).toEqual({ program: 'CI' });
});

test('EVT5 who polls after the last number converges with who hears a stream', async () => {
  const stream = await read(bearer(), '&after=0');
  const polled: WorkspaceEvent[] = [];
  for (let round = 0; round < 5; round++) {
    await Promise.all(Array.from({ length: round + 1 }, () => add('integration.pinged')));
    const answer = await perch.ask(null, 'GET /api/workspace/events', {
      query: { ...room, after: `${polled.at(-1)?.seq ?? 0}`, limit: '4' },
      headers: bearer(),
    });
    polled.push(...(answer.body as { events: WorkspaceEvent[] }).events);
  }
  const rest = await perch.ask(null, 'GET /api/workspace/events', {
    query: { ...room, after: `${polled.at(-1)?.seq}` },
    headers: bearer(),
  });
  polled.push(...(rest.body as { events: WorkspaceEvent[] }).events);
  await expect.poll(() => stream.heard.map((message) => JSON.parse(message.data) as unknown)).toEqual(polled);
});

test('SEC2 a stream ends when its token is revoked, its person is signed out, or the right to read is withdrawn', async () => {
  const bob = await perch.invite(owner, 'write');
  const { id } = (await perch.ask(bob, 'GET /api/session')).body as { id: string };
  const other = await perch.ownerCookie();
  const [byToken, signedOut, removed, staying] = await Promise.all([
    read(bearer()),
    read({ Cookie: other }),
    read({ Cookie: bob }),
    read({ Cookie: owner }),
  ]);
  await perch.ask(owner, 'DELETE /api/access-tokens/:id', { params: { id: accessToken.id } });
  await byToken.ended;
  await perch.ask(other, 'DELETE /api/session');
  await signedOut.ended;
  await perch.ask(owner, 'DELETE /api/members/:id', { params: { id }, query: { owner: OWNER, repo: REPO } });
  await removed.ended;
  expect(removed.heard.map((message) => message.event)).toEqual(['workspace:closed']);
  ({ secret } = await makeToken(['events:write']));
  const { seq } = await add('integration.pinged');
  await expect.poll(() => idsOf(staying)).toEqual([seq]);
});

test('EVT2 a reader who takes nothing is dropped, keeps nobody waiting, and resumes where he was', async () => {
  const socket = connect(Number(new URL(perch.url).port), '127.0.0.1');
  socket.write(
    `GET ${PATH}&after=0 HTTP/1.1\r\nHost: ${new URL(perch.url).host}\r\nAuthorization: Bearer ${secret}\r\n\r\n`,
  );
  let text = '';
  await new Promise<void>((resolve) =>
    socket.once('data', (chunk: Buffer) => {
      text += chunk.toString();
      socket.pause();
      resolve();
    }),
  );
  const dropped = new Promise<void>((resolve) => socket.on('close', resolve).on('error', () => {}));
  const quick = await read(bearer(), '&after=0');
  const rounds = 10;
  let last = 0;
  // More than the kernel's buffers of both ends and ours.
  for (let round = 0; round < rounds; round++) {
    const added = await Promise.all(
      Array.from({ length: 40 }, () => add('integration.pinged', { text: 'x'.repeat(15_000) })),
    );
    last = Math.max(...added.map((event) => event.seq));
  }
  await expect.poll(() => idsOf(quick).at(-1), { timeout: 20_000 }).toBe(last);
  expect(idsOf(quick)).toEqual(Array.from({ length: last }, (_, index) => index + 1));
  // Each comment to the quick one is a look at the slow one; at the second he is dropped.
  const looks = quick.comments.length;
  await expect.poll(() => quick.comments.length, { timeout: 30_000 }).toBeGreaterThanOrEqual(looks + 3);
  // Only what was on its way already comes: the rest was never written to him.
  socket.on('data', (chunk: Buffer) => (text += chunk.toString())).resume();
  await dropped;
  const ids = [...text.matchAll(/^id: (\d+)\nevent: event:added\ndata: .*\n\n/gm)].map((found) =>
    Number(found[1]),
  );
  expect(ids.length).toBeLessThan(last);
  const resumed = await read({ ...bearer(), 'Last-Event-ID': `${ids.at(-1)}` });
  await expect.poll(() => [...ids, ...idsOf(resumed)]).toEqual(idsOf(quick));
}, 90_000);

test('EVT2 a server that stops ends its streams and waits for none of them', async () => {
  const other = await PerchServer.start(perch.surroundings);
  const stream = await read({ Cookie: owner }, '', other.url);
  const before = performance.now();
  const stopping = other.stop();
  await stream.ended;
  await stopping;
  expect(performance.now() - before).toBeLessThan(4_000);
});
