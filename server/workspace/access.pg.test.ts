import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientEvents, type ClientEvent } from '../protocol/client-events.js';
import { httpRoutes, type HttpRoute } from '../protocol/http-routes.js';
import type { Invitation } from '../protocol/invitation.js';
import type { Account, Role } from '../protocol/user.js';
import { OWNER, PerchServer, REPO, startSurroundings } from '../testing/perch-server.js';

type Who = 'stranger' | 'outsider' | 'reader' | 'writer' | 'owner';
const WHO: readonly Who[] = ['stranger', 'outsider', 'reader', 'writer', 'owner'];
/** Everybody's answer to a route that needs a role. */
const EXPECTED: Record<Role, readonly number[]> = {
  read: [401, 404, 200, 200, 200],
  write: [401, 404, 403, 200, 200],
  admin: [401, 404, 403, 403, 200],
};

let perch: PerchServer;
let cookies: Record<Who, string | null>;
let id: string;
let invitationId: string;
const ref = { owner: OWNER, repo: REPO };
const ofRoom = { ...ref, branch: 'main' };

beforeAll(async () => {
  perch = await PerchServer.start();
  const owner = await perch.ownerCookie();
  const outsider = await perch.invite(owner, 'write', 'Outsider');
  const { id: outsiderId } = (await perch.ask(outsider, 'GET /api/session')).body as Account;
  await perch.ask(owner, 'DELETE /api/members/:id', { params: { id: outsiderId }, query: ref });
  const reader = await perch.invite(owner, 'read', 'Reader');
  const writer = await perch.invite(owner, 'write', 'Writer');
  cookies = { stranger: null, outsider, reader, writer, owner };
  id = await perch.open(owner);
  await perch.invitation(owner, 'read');
  const listed = (await perch.ask(owner, 'GET /api/invitations', { query: ref })).body as Invitation[];
  invitationId = listed[0]?.id ?? '';
});
afterAll(() => perch.stop());

type Case = { need: Role; ask?: Parameters<PerchServer['ask']>[2]; accepted?: readonly number[] };
const inRoom = (need: Role, body?: unknown): Case => ({ need, ask: { params: { id }, body } });

/** What each route about a repository needs. Those about oneself need a session or a link alone. */
const routes = (): Partial<Record<HttpRoute, Case>> => ({
  'GET /api/invitations': { need: 'admin', ask: { query: ref } },
  'POST /api/invitations': { need: 'admin', ask: { body: { ...ref, role: 'read', expiresInHours: 1 } } },
  'DELETE /api/invitations/:id': { need: 'admin', ask: { params: { id: invitationId } } },
  'GET /api/members': { need: 'admin', ask: { query: ref } },
  'DELETE /api/members/:id': { need: 'admin', ask: { params: { id }, query: ref } },
  'GET /api/github/:owner/:repo': { need: 'read', ask: { params: ref } },
  'GET /api/github/:owner/:repo/branches': { need: 'read', ask: { params: ref } },
  'POST /api/github/branches': {
    need: 'write',
    ask: { body: { ...ref, baseBranch: 'main', newBranch: 'made' } },
    accepted: [201, 422],
  },
  'GET /api/workspaces/location': { need: 'read', ask: { query: { ...ref, rest: 'main' } } },
  'POST /api/workspaces': { need: 'read', ask: { body: { ...ref, branch: 'main' } } },
  'GET /api/workspace/presence': { need: 'read', ask: { query: ofRoom } },
  'PUT /api/workspace/presence': { need: 'read', ask: { query: ofRoom, body: {} } },
  'GET /api/workspace/events': { need: 'read', ask: { query: ofRoom } },
  'POST /api/workspace/events': {
    need: 'write',
    ask: { query: ofRoom, body: { type: 'integration.told', payload: {} } },
  },
  'GET /api/workspaces/:id/events': inRoom('read'),
  'GET /api/workspaces/:id/files': inRoom('read'),
  'GET /api/workspaces/:id/conflicts': inRoom('read'),
  'POST /api/workspaces/:id/conflicts/:conflictId/resolve': {
    need: 'write',
    ask: { params: { id, conflictId: id }, body: { choice: 'current' } },
    accepted: [410],
  },
  'GET /api/workspaces/:id/tree': inRoom('read'),
  'GET /api/workspaces/:id/changes': inRoom('read'),
  'GET /api/workspaces/:id/base': { need: 'read', ask: { params: { id }, query: { path: 'README.md' } } },
  'GET /api/workspaces/:id/style': { need: 'read', ask: { params: { id }, query: { path: 'README.md' } } },
  'GET /api/workspaces/:id/raw': { need: 'read', ask: { params: { id }, query: { path: 'README.md' } } },
  'POST /api/workspaces/:id/files': {
    ...inRoom('write', { path: 'new.txt', text: '' }),
    accepted: [200, 409],
  },
  'PUT /api/workspaces/:id/files': {
    need: 'write',
    ask: { params: { id }, query: { path: 'up.txt', replace: 'true' }, headers: { 'Content-Length': '0' } },
  },
  'POST /api/workspaces/:id/files/move': {
    ...inRoom('write', { from: 'src/bird.js', to: 'src/wren.js' }),
    accepted: [200, 404],
  },
  'POST /api/workspaces/:id/files/delete': {
    ...inRoom('write', { path: 'src/main.js' }),
    accepted: [200, 404],
  },
  'POST /api/workspaces/:id/files/discard': {
    ...inRoom('write', { path: 'src/main.js' }),
    accepted: [200, 404, 409],
  },
  'POST /api/workspaces/:id/files/undo': {
    ...inRoom('write', { path: 'README.md', undo: 'nothing' }),
    accepted: [400, 404, 409, 410],
  },
  'POST /api/workspaces/:id/search': inRoom('read', { query: 'bird' }),
  'POST /api/workspaces/:id/commit/preview': inRoom('write', { paths: ['new.txt'] }),
  'POST /api/workspaces/:id/commit': {
    ...inRoom('write', { message: 'x', paths: ['nothing-of-this-name'] }),
    accepted: [400, 404, 409, 422],
  },
});

const OF_ONESELF: readonly HttpRoute[] = [
  'GET /api/session',
  'POST /api/session',
  'PATCH /api/session',
  'DELETE /api/session',
  'POST /api/invitations/preview',
  'POST /api/invitations/accept',
  'GET /api/repositories',
  'GET /api/workspaces/recent',
  'GET /api/forge/budget',
  'GET /api/access-tokens',
  'POST /api/access-tokens',
  'DELETE /api/access-tokens/:id',
  'GET /api/settings',
  'PATCH /api/settings',
  'GET /api/openapi.json',
  'GET /api/docs',
];

/** It does not end; whose right it asks for is shown beside it, in access-token.pg.test.ts. */
const ENDLESS: HttpRoute = 'GET /api/workspace/events/stream';

test('SEC1 every route asks for its right: nobody, no member, reader, writer, owner', async () => {
  const table = routes();
  expect([...Object.keys(table), ...OF_ONESELF, ENDLESS].toSorted()).toEqual(
    Object.keys(httpRoutes).toSorted(),
  );
  const unexpected: string[] = [];
  for (const [route, { need, ask, accepted = [200] }] of Object.entries(table) as [HttpRoute, Case][]) {
    for (const [index, who] of WHO.entries()) {
      const { status } = await perch.ask(cookies[who], route, ask);
      const expected = EXPECTED[need][index] ?? 0;
      const isAsExpected = expected === 200 ? accepted.includes(status) : status === expected;
      if (!isAsExpected) unexpected.push(`${who}: ${route} answered ${status} instead of ${expected}`);
    }
  }
  expect(unexpected).toEqual([]);
});

test('SEC1 whoever may not see a repository is told nothing of it, as if there were none', async () => {
  const nothing = '00000000-0000-4000-8000-000000000000';
  const hidden = await perch.ask(cookies.outsider, 'GET /api/workspaces/:id/files', { params: { id } });
  const absent = await perch.ask(cookies.outsider, 'GET /api/workspaces/:id/files', {
    params: { id: nothing },
  });
  expect(hidden.body).toEqual(absent.body);
  const other = { owner: OWNER, repo: 'Nothing' };
  expect((await perch.ask(cookies.outsider, 'GET /api/github/:owner/:repo', { params: ref })).body).toEqual(
    (await perch.ask(cookies.outsider, 'GET /api/github/:owner/:repo', { params: other })).body,
  );
  expect((await perch.ask(cookies.outsider, 'GET /api/repositories')).body).toEqual([]);
  expect((await perch.ask(cookies.reader, 'GET /api/repositories')).body).toMatchObject([
    { ...ref, role: 'read' },
  ]);
  expect((await perch.ask(cookies.owner, 'GET /api/repositories')).body).toMatchObject([
    { ...ref, role: 'admin' },
  ]);
});

test('SEC1 every socket call asks for its right', async () => {
  const bytes = new Uint8Array([0, 0]);
  const calls: Record<ClientEvent, { body: object; refusals: Record<'outsider' | 'reader', string> }> = {
    'workspace:join': { body: { workspaceId: id }, refusals: { outsider: 'not-found', reader: 'ok' } },
    'workspace:leave': { body: { workspaceId: id }, refusals: { outsider: 'ok', reader: 'ok' } },
    'presence:move': {
      body: { workspaceId: id, count: 1, path: null, cursor: null, idle: false },
      refusals: { outsider: 'out-of-step', reader: 'out-of-step' },
    },
    'document:join': {
      body: { workspaceId: id, path: 'README.md', clientId: 1, known: null },
      refusals: { outsider: 'not-found', reader: 'ok' },
    },
    'document:push': {
      body: { documentId: id, generation: 1, update: bytes },
      refusals: { outsider: 'out-of-step', reader: 'out-of-step' },
    },
    'document:leave': { body: { documentId: id }, refusals: { outsider: 'ok', reader: 'ok' } },
  };
  expect(Object.keys(calls).toSorted()).toEqual(Object.keys(clientEvents).toSorted());
  for (const who of ['outsider', 'reader'] as const) {
    const socket = perch.socket(cookies[who]);
    await new Promise<void>((resolve) => socket.on('connect', resolve).connect());
    const send = socket.emitWithAck.bind(socket) as unknown as (
      event: string,
      body: object,
    ) => Promise<{ ok: boolean; error?: { code: string } }>;
    for (const [event, { body, refusals }] of Object.entries(calls)) {
      const answer = await send(event, body);
      expect([event, who, answer.error?.code ?? 'ok']).toEqual([event, who, refusals[who]]);
    }
    socket.disconnect();
  }
});

test('SEC1 a reader’s edit of a document he has open is refused and not stored', async () => {
  const socket = perch.socket(cookies.reader);
  await new Promise<void>((resolve) => socket.on('connect', resolve).connect());
  const joined = await socket.emitWithAck('document:join', {
    workspaceId: id,
    path: 'README.md',
    clientId: 7,
    known: null,
  });
  if (!joined.ok || joined.reply.kind !== 'live') throw new Error('the document was not joined');
  expect(joined.reply.writable).toBe(false);
  const pushed = await socket.emitWithAck('document:push', {
    documentId: joined.reply.documentId,
    generation: joined.reply.generation,
    update: new Uint8Array([0, 0]),
  });
  expect(pushed).toMatchObject({ ok: false, error: { code: 'forbidden', retry: false } });
  socket.disconnect();
});

test('SEC1 nobody may more than Perch’s own token', async () => {
  for (const [permission, expected] of [
    ['write', { open: 'write', branch: 201, invite: 403 }],
    ['read', { open: 'read', branch: 403, invite: 403 }],
  ] as const) {
    const surroundings = await startSurroundings({ permission });
    const limited = await PerchServer.start(surroundings);
    const owner = await limited.ownerCookie();
    const opened = await limited.ask(owner, 'POST /api/workspaces', { body: { ...ref, branch: 'main' } });
    expect(opened.body).toMatchObject({ role: expected.open });
    const made = await limited.ask(owner, 'POST /api/github/branches', {
      body: { ...ref, baseBranch: 'main', newBranch: 'made' },
    });
    expect(made.status).toBe(expected.branch);
    const invited = await limited.ask(owner, 'POST /api/invitations', {
      body: { ...ref, role: 'read', expiresInHours: 1 },
    });
    expect(invited.status).toBe(expected.invite);
    await limited.stop();
    await surroundings.stop();
  }
});
