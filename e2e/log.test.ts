import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSocket } from '../client/lib/room/room-socket.js';
import { createTestDatabase } from '../server/platform/testing/test-database.js';
import type { RouteReply } from '../server/protocol/http-routes.js';
import { PerchClient } from './perch-client.js';
import { PerchProcess } from './perch-process.js';

/** At its most talkative, while things go well and badly, the log of a real server. */
describe('the log', () => {
  const secrets: Record<string, string> = { PERCH_SECRET: randomUUID() };
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let perch: PerchProcess;

  beforeAll(async () => {
    database = await createTestDatabase();
    perch = await PerchProcess.start({
      DATABASE_URL: database.url,
      PERCH_SECRET: secrets.PERCH_SECRET!,
      PERCH_LOG: 'debug',
    });
  });

  afterAll(async () => {
    await perch?.stop();
    await database?.drop();
  });

  const ask = (path: string, headers: Record<string, string>, body?: string) =>
    fetch(`${perch.url}${path}`, { method: body === undefined ? 'GET' : 'POST', headers, body });

  const json = { 'content-type': 'application/json' };

  it('RUN4 has no token, cookie, link, header or password in it, and each failure under its request’s id', async () => {
    secrets.forge = (await readFile(join(perch.stateDirectory, 'forge', 'token'), 'utf8')).trim();
    secrets.database = decodeURIComponent(new URL(database.url).password);
    secrets.link = new URL(perch.link).hash.slice(1);
    const owner = await PerchClient.owner(perch.link);
    secrets.session = owner.cookie.split('=')[1]!;
    const cookie = { cookie: owner.cookie };
    // Used already; in a query, where it does not belong; cut off.
    await ask('/api/session', json, JSON.stringify({ token: secrets.link }));
    await ask(`/api/session?token=${secrets.link}`, cookie);
    await ask('/api/session', json, `{"token":"${secrets.link}`);
    const invited = await owner.call<{ url: string }>('POST /api/invitations', '/api/invitations', {
      owner: 'perch',
      repo: 'perch-hop',
      role: 'read',
      expiresInHours: 1,
    });
    secrets.invitation = new URL(invited.url).hash.slice(1);
    await ask('/api/invitations/accept', json, JSON.stringify({ token: secrets.invitation, name: 'Bob' }));
    const token = await owner.call<RouteReply<'POST /api/access-tokens'>>(
      'POST /api/access-tokens',
      '/api/access-tokens',
      { name: 'A program', scopes: ['events:read'], repository: null, expiresInDays: 1 },
    );
    secrets.program = token.secret;
    secrets.foreign = `ghp_${'a1B2'.repeat(9)}`;
    for (const program of [secrets.program, secrets.foreign])
      await ask('/api/workspace/events?owner=perch&repo=perch-hop&branch=main', {
        authorization: `Bearer ${program}`,
      });
    const socket = openSocket(perch.url, { headers: { cookie: owner.cookie } });
    await new Promise<void>((resolve) => socket.on('connect', resolve).connect());

    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query<{ token_hash: string }>('SELECT token_hash FROM login_sessions');
    rows.forEach(({ token_hash }, index) => (secrets[`hash ${index}`] = token_hash));
    await client.query('ALTER TABLE login_sessions RENAME TO away');
    const failed = await ask('/api/session', cookie);
    await client.query('ALTER TABLE away RENAME TO login_sessions');
    await client.end();
    socket.disconnect();
    await perch.end();

    expect(failed.status).toBe(500);
    const lines = perch.log.split('\n').filter((line) => line !== '');
    const entries = lines.map((line) => JSON.parse(line) as { request?: string; msg: string; level: string });
    const about = entries.filter(({ request }) => request === failed.headers.get('x-request-id'));
    expect(about.map(({ level, msg }) => `${level} ${msg}`)).toEqual([
      'error a request failed',
      'warn answered',
    ]);
    expect(entries.filter(({ msg }) => msg === 'answered').length).toBeGreaterThan(8);
    for (const [name, secret] of Object.entries(secrets))
      expect(
        lines.filter((line) => line.includes(secret)),
        name,
      ).toEqual([]);
  });
});
