import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect, createServer as createProxy, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProtocolError } from '../server/protocol/error.js';
import { PerchApi } from '../server/integration/perch-api.js';
import type { WorkspaceEvent } from '../server/protocol/event.js';
import { OWNER, REPO, startSurroundings, type TestSurroundings } from '../server/testing/perch-server.js';
import { PerchClient } from './perch-client.js';
import { PerchProcess } from './perch-process.js';

const WRITERS = 10;
const EVENTS_EACH = 50;
const SETTLE = { timeout: 60_000 };
const room = { owner: OWNER, repo: REPO, branch: 'main' };

/** Two servers on one database, behind one port as a balancer puts them, and programs outside. */
describe('programs', () => {
  let surroundings: TestSurroundings;
  let servers: PerchProcess[];
  let balancer: Awaited<ReturnType<typeof balance>>;
  let owner: PerchClient;

  beforeAll(async () => {
    surroundings = await startSurroundings();
    const environment = {
      DATABASE_URL: surroundings.databaseUrl,
      GITHUB_API_URL: surroundings.github.apiUrl,
      GITHUB_TOKEN: surroundings.github.token,
    };
    servers = [await PerchProcess.start(environment), await PerchProcess.start(environment)];
    owner = await PerchClient.owner(servers[1]!.link);
    balancer = await balance(servers.map((each) => each.url));
  }, 120_000);

  afterAll(async () => {
    // They end the connections it waits for.
    await Promise.all((servers ?? []).map((each) => each.stop()));
    await balancer?.close();
    await surroundings?.stop();
  });

  async function token(person: PerchClient, scopes: string[]): Promise<string> {
    const made = await person.call<{ secret: string }>('POST /api/access-tokens', '/api/access-tokens', {
      name: 'a program',
      scopes,
      repository: { owner: OWNER, repo: REPO },
      expiresInDays: 1,
    });
    return made.secret;
  }

  it('EVT2 a stream is resumed on another process through kill -9 while 500 events are written: no gap, no duplicate', async () => {
    const secret = await token(owner, ['events:read', 'events:write']);
    const perch = new PerchApi({ url: balancer.url, token: secret });
    await perch.events(room);
    const ending = new AbortController();
    const heard: WorkspaceEvent[][] = Array.from({ length: 5 }, () => []);
    const readers = heard.map(async (events) => {
      for await (const event of perch.eventStream(room, { after: 0, signal: ending.signal }))
        events.push(event);
    });
    const written = new Set<number>();
    let killing: Promise<void> | undefined;
    await Promise.all(
      Array.from({ length: WRITERS }, async (_, writer) => {
        for (let number = 0; number < EVENTS_EACH; number++) {
          const { seq } = await insist(() =>
            perch.addEvent(room, { type: 'integration.counted', payload: { writer, number } }),
          );
          written.add(seq);
          // All readers are on the first one: the balancer asks it before the other.
          if (written.size === 150) killing = servers[0]!.kill();
        }
      }),
    );
    await killing;
    expect(written.size).toBe(WRITERS * EVENTS_EACH);
    const last = (await perch.events(room, { limit: 1 }))[0]!.seq;
    for (const events of heard) {
      await expect.poll(() => events.at(-1)?.seq, SETTLE).toBe(last);
      expect(events.map((event) => event.seq)).toEqual(Array.from({ length: last }, (_, index) => index + 1));
      // What was answered is there; what the crash left unanswered may be there as well.
      expect(events.filter((event) => written.has(event.seq))).toHaveLength(written.size);
    }
    expect(balancer.failovers()).toBeGreaterThan(0);
    ending.abort();
    await Promise.all(readers);
    await servers[0]!.start();
  }, 180_000);

  it('EVT2 the example posts a line to a chat for each commit, those made while it was away too', async () => {
    const chat = await startChat();
    const folder = await mkdtemp(join(tmpdir(), 'perch-announcer-'));
    const settings = {
      PERCH_URL: servers[1]!.url,
      PERCH_TOKEN: await token(owner, ['events:read']),
      PERCH_REPOSITORY: `${OWNER}/${REPO}`,
      CHAT_WEBHOOK_URL: chat.url,
      STATE_FILE: join(folder, 'state.json'),
    };
    const workspaceId = await owner.openWorkspace('main', OWNER, REPO);
    const commit = async (path: string, message: string): Promise<string> => {
      const at = `/api/workspaces/${workspaceId}`;
      await owner.call('POST /api/workspaces/:id/files', `${at}/files`, { path, text: 'made\n' });
      const made = await owner.call<{ sha: string }>('POST /api/workspaces/:id/commit', `${at}/commit`, {
        message,
        paths: [path],
      });
      return made.sha.slice(0, 7);
    };
    const running: ChildProcess[] = [];
    const announce = async (): Promise<ChildProcess> => {
      const child = await startAnnouncer(settings);
      running.push(child);
      return child;
    };
    try {
      const first = await announce();
      const one = await commit('one.txt', 'Add one <!channel>\n\nAt length.');
      await expect
        .poll(() => chat.lines, SETTLE)
        .toEqual([`Owner committed 1 file to Acme/Game@main as ${one}: Add one &lt;!channel&gt;`]);
      // What it posted but has not noted yet would be posted again.
      const [last] = await new PerchApi({ url: settings.PERCH_URL, token: settings.PERCH_TOKEN }).events(
        room,
        {
          limit: 1,
        },
      );
      await expect
        .poll(async () => JSON.parse(await readFile(settings.STATE_FILE, 'utf8')), SETTLE)
        .toEqual({ seq: last!.seq });
      first.kill('SIGKILL');
      await once(first, 'exit');
      const two = await commit('two.txt', 'Add two');
      const second = await announce();
      chat.refuseNext();
      const three = await commit('three.txt', 'Add three');
      await expect
        .poll(() => chat.lines.slice(1), SETTLE)
        .toEqual([
          `Owner committed 1 file to Acme/Game@main as ${two}: Add two`,
          `Owner committed 1 file to Acme/Game@main as ${three}: Add three`,
        ]);
      second.kill('SIGTERM');
      expect(await once(second, 'exit')).toEqual([0, null]);
    } finally {
      for (const child of running) child.kill('SIGKILL');
      await chat.close();
      await rm(folder, { recursive: true, force: true });
    }
  }, 120_000);
});

/** Until it is answered: through a crash, a program asks again. */
async function insist<Reply>(ask: () => Promise<Reply>): Promise<Reply> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const isAnswer = error instanceof ProtocolError;
      if (!(error instanceof TypeError) && !(isAnswer && error.retry)) throw error;
      await pause((isAnswer ? error.retryAfterMs : undefined) ?? 20);
    }
  }
}

/** One port in front of several servers: each connection goes to the first that takes it. */
async function balance(urls: string[]) {
  let failovers = 0;
  const proxy = createProxy((client) => {
    const attempt = (index: number): void => {
      const { hostname, port } = new URL(urls[index]!);
      const server = connect(Number(port), hostname);
      server.once('connect', () => {
        client.pipe(server).pipe(client);
        client.on('error', () => server.destroy()).on('close', () => server.destroy());
        server.on('close', () => client.destroy());
      });
      server.on('error', () => {
        if (!server.connecting && server.bytesRead + server.bytesWritten > 0) client.destroy();
        else if (index + 1 < urls.length) {
          failovers++;
          attempt(index + 1);
        } else client.destroy();
      });
    };
    attempt(0);
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    failovers: () => failovers,
    close: () => new Promise<void>((resolve) => proxy.close(() => resolve())),
  };
}

/** A chat's incoming webhook, with the lines it took. */
async function startChat() {
  const lines: string[] = [];
  let refusing = false;
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      if (refusing) response.statusCode = 503;
      else lines.push((JSON.parse(body) as { text: string }).text);
      refusing = false;
      response.end();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    lines,
    refuseNext: () => (refusing = true),
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** The example as a process of its own, once it says that it announces. */
async function startAnnouncer(settings: Record<string, string>): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('../dist/server/integration/commit-announcer.js', import.meta.url));
  const child = spawn(process.execPath, [script], {
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(child.stdout!, 'data')) as [Buffer];
  expect(said.toString()).toContain('Announcing the commits');
  return child;
}
