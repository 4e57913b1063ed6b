import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { clientEvents, type ClientEvent } from '../protocol/client-events.js';
import { serverEvents, type ServerEvent } from '../protocol/server-events.js';
import type { Role } from '../protocol/user.js';
import { DocumentStage } from '../document/testing/document-stage.js';
import { code, DocumentTab } from '../document/testing/document-tab.js';
import { OWNER, REPO } from '../testing/perch-server.js';

/** none: signed in, and in no repository. revoked: was let in and put out. */
const PEOPLE = ['none', 'revoked', 'read', 'write', 'admin'] as const;
type Who = (typeof PEOPLE)[number];

const NOTHING = '00000000-0000-4000-8000-000000000000';

let stage: DocumentStage;
let cookies: Record<Who, string>;
let ids: Record<Who, string>;
beforeAll(async () => {
  stage = await DocumentStage.start();
  const none = await stage.perch.invite(stage.alice, 'read', 'None');
  const revoked = await stage.perch.invite(stage.alice, 'write', 'Revoked');
  cookies = { none, revoked, read: stage.reader, write: stage.bob, admin: stage.alice };
  ids = {} as Record<Who, string>;
  for (const who of PEOPLE) ids[who] = (await stage.accountOf(cookies[who])).id;
  await stage.database.query('DELETE FROM repository_members WHERE user_id = $1', [ids.none]);
  await remove(ids.revoked);
});
afterAll(async () => {
  stage.clear();
  await stage.stop();
});

const remove = (id: string) =>
  stage.perch.ask(stage.alice, 'DELETE /api/members/:id', {
    params: { id },
    query: { owner: OWNER, repo: REPO },
  });

async function setRole(id: string, role: Exclude<Role, 'admin'>): Promise<void> {
  await stage.database.query('UPDATE repository_members SET role = $2 WHERE user_id = $1', [id, role]);
  await stage.database.query(`SELECT pg_notify('perch_access', 'members')`);
}

type Codes = Record<Who, string>;
const all = (answer: string): Codes => ({
  none: answer,
  revoked: answer,
  read: answer,
  write: answer,
  admin: answer,
});
const inside = (answers: { read: string; write: string }): Codes => ({
  none: 'not-found',
  revoked: 'not-found',
  ...answers,
  admin: answers.write,
});
const outside = (refusal: string, answers: { read: string; write: string }): Codes => ({
  ...inside(answers),
  none: refusal,
  revoked: refusal,
});

/** What each call answers whom: `first` as the first call of a connection, `joined` once it has tried to join room and file. */
const CALLS: Record<ClientEvent, { first: Codes; joined: Codes }> = {
  'workspace:join': {
    first: inside({ read: 'ok', write: 'ok' }),
    joined: inside({ read: 'ok', write: 'ok' }),
  },
  'document:join': {
    first: inside({ read: 'ok', write: 'ok' }),
    joined: inside({ read: 'ok', write: 'ok' }),
  },
  'presence:move': { first: all('out-of-step'), joined: outside('out-of-step', { read: 'ok', write: 'ok' }) },
  'document:push': {
    first: all('out-of-step'),
    joined: outside('out-of-step', { read: 'forbidden', write: 'ok' }),
  },
  // Whoever is not in leaves nothing.
  'document:leave': { first: all('ok'), joined: all('ok') },
  'workspace:leave': { first: all('ok'), joined: all('ok') },
};

/** The calls in an order in which the later ones find what they need. */
function calls(tab: DocumentTab, workspaceId: string, documentId: string) {
  const send = (event: ClientEvent, body: object) =>
    tab.call(event, body as never) as Promise<{ ok: boolean; error?: { code: string; message: string } }>;
  const bodies: Record<ClientEvent, () => object> = {
    'workspace:join': () => ({ workspaceId }),
    'document:join': () => ({ workspaceId, path: 'README.md', clientId: tab.doc.clientID, known: null }),
    'presence:move': () => ({ workspaceId, count: 1, path: null, cursor: null, idle: false }),
    'document:push': () => ({ documentId, generation: 1, update: tab.insert(0, 'x') }),
    'document:leave': () => ({ documentId }),
    'workspace:leave': () => ({ workspaceId }),
  };
  return (Object.keys(CALLS) as ClientEvent[]).map((event) => ({
    event,
    send: () => send(event, bodies[event]()),
  }));
}

test('SEC1 every socket call × everybody: who may not see is told what he is told where there is nothing', async () => {
  expect(Object.keys(CALLS).toSorted()).toEqual(Object.keys(clientEvents).toSorted());
  const { documentId } = await stage.enter(stage.alice, 'README.md');
  const unexpected: string[] = [];
  const expectCode = (who: Who, event: string, when: string, got: string, expected: string) => {
    if (got !== expected) unexpected.push(`${who}: ${event} ${when} answered ${got} instead of ${expected}`);
  };
  for (const who of PEOPLE) {
    for (const event of Object.keys(CALLS) as ClientEvent[]) {
      const tab = await stage.connect(cookies[who]);
      const call = calls(tab, stage.workspaceId, documentId).find((each) => each.event === event)!;
      const answer = await call.send();
      expectCode(who, event, 'first', answer.error?.code ?? 'ok', CALLS[event].first[who]);
      if (who === 'none' || who === 'revoked') {
        const other = await stage.connect(cookies[who]);
        const absent = calls(other, NOTHING, NOTHING).find((each) => each.event === event)!;
        expect([who, event, answer]).toEqual([who, event, await absent.send()]);
      }
    }
    const tab = await stage.connect(cookies[who]);
    for (const { event, send } of calls(tab, stage.workspaceId, documentId))
      expectCode(who, event, 'joined', (await send()).error?.code ?? 'ok', CALLS[event].joined[who]);
  }
  expect(unexpected).toEqual([]);
  stage.clear();
});

test('SEC1 nobody who is signed out, and no program, opens a socket', async () => {
  const made = await stage.perch.ask(stage.alice, 'POST /api/access-tokens', {
    body: { name: 'x', scopes: ['presence:read'], repository: null, expiresInDays: 1 },
  });
  const { secret } = made.body as { secret: string };
  const program: Record<string, string> = { Authorization: `Bearer ${secret}` };
  for (const headers of [{}, program]) {
    const socket = stage.perch.socket(null, headers);
    const refused = new Promise<Error & { data?: unknown }>((resolve) =>
      socket.once('connect_error', resolve),
    );
    socket.connect();
    expect((await refused).data).toMatchObject({ code: 'unauthenticated' });
    socket.disconnect();
  }
});

/** Who hears what: those inside, or the one whom it is about. */
const NEWS: Record<ServerEvent, readonly (Who | 'lowered' | 'removed')[]> = {
  'document:snapshot': ['read', 'write', 'admin', 'lowered', 'removed'],
  'document:updated': ['read', 'write', 'admin', 'lowered', 'removed'],
  'document:reset': ['read', 'write', 'admin', 'lowered', 'removed'],
  'document:storing': ['read', 'write', 'admin', 'lowered', 'removed'],
  'presence:changed': ['read', 'write', 'admin', 'lowered', 'removed'],
  'event:added': ['read', 'write', 'admin', 'lowered', 'removed'],
  'workspace:changed': ['lowered'],
  'workspace:closed': ['removed'],
};

test('SEC1 every kind of news × everybody: those inside hear it, nobody else does', async () => {
  expect(Object.keys(NEWS).toSorted()).toEqual(Object.keys(serverEvents).toSorted());
  const path = await stage.makeFile('text\n');
  const watching = { ...cookies } as Record<Who | 'lowered' | 'removed', string>;
  watching.lowered = await stage.perch.invite(stage.alice, 'write', 'Lowell');
  watching.removed = await stage.perch.invite(stage.alice, 'write', 'Remo');
  const heard = new Map<string, Set<string>>();
  const hear = (who: string, event: string) => heard.set(event, (heard.get(event) ?? new Set()).add(who));
  const tabs = new Map<string, DocumentTab>();
  for (const [who, cookie] of Object.entries(watching)) {
    const tab = await stage.connect(cookie);
    tab.socket.onAny((event: string) => void hear(who, event));
    await tab.call('workspace:join', { workspaceId: stage.workspaceId });
    const joined = await tab.join(stage.workspaceId, path);
    if (joined.ok && joined.reply.kind === 'live') tab.enter(joined.reply);
    tabs.set(who, tab);
  }
  const everybody = (event: ServerEvent) =>
    vi.waitFor(
      () => expect([...(heard.get(event) ?? [])].toSorted()).toEqual(NEWS[event].toSorted()),
      10_000,
    );
  // One who only speaks, so that even the writers hear of it.
  const speaker = await stage.connect(stage.alice);
  await speaker.call('workspace:join', { workspaceId: stage.workspaceId });
  const typing = await stage.enter(stage.bob, path);
  await everybody('presence:changed');
  expect(code(await typing.push(typing.insert(0, 'new ')))).toBe('ok');
  await everybody('document:updated');
  await everybody('document:snapshot');
  await stage.makeFile('another\n');
  await everybody('event:added');
  await stage.database.query('ALTER TABLE document_updates RENAME TO document_updates_away');
  const stored = typing.push(typing.insert(0, 'late '));
  await everybody('document:storing');
  await stage.database.query('ALTER TABLE document_updates_away RENAME TO document_updates');
  expect(code(await stored)).toBe('ok');
  await stage.replace(typing.documentId, 'replaced\n');
  await everybody('document:reset');
  await setRole((await stage.accountOf(watching.lowered)).id, 'read');
  await everybody('workspace:changed');
  await remove((await stage.accountOf(watching.removed)).id);
  await everybody('workspace:closed');
  await vi.waitFor(() => expect(tabs.get('removed')?.socket.connected).toBe(false), 10_000);
  for (const who of ['none', 'revoked'])
    for (const [event, by] of heard) expect([event, by.has(who)]).toEqual([event, false]);
  stage.clear();
});
