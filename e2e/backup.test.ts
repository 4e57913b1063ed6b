import { once } from 'node:events';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, chown, cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Room } from '../client/lib/room/room.js';
import { postgresAccount } from '../server/embedded/postgres-account.js';
import type { FileChange } from '../server/protocol/file.js';
import { PerchClient } from './perch-client.js';
import { PerchProcess } from './perch-process.js';
import { seededRandom } from './seeded-random.js';
import { Typist } from './typist.js';

const SETTLE = { timeout: 30_000 };
/** Where PostgreSQL's own programs are: pg_dump is not among the embedded ones. */
const programs = postgresPrograms();

function postgresPrograms(): string | undefined {
  try {
    const folder = execFileSync('pg_config', ['--bindir'], { encoding: 'utf8' }).trim();
    execFileSync(join(folder, 'pg_dump'), ['--version']);
    execFileSync(join(folder, 'initdb'), ['--version']);
    return folder;
  } catch {
    return undefined;
  }
}

/** A back-up is taken while somebody types, everything else is lost, and it is restored elsewhere (README, "Back-up"). */
describe.skipIf(!programs)('a back-up', () => {
  const secret = randomUUID();
  let folder: string;
  let server: ChildProcess;
  let port: number;
  const perches: PerchProcess[] = [];
  const rooms: Room[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'perch-backup-'));
    await chmod(folder, 0o755);
    const account = await postgresAccount();
    const cluster = join(folder, 'cluster');
    await mkdir(cluster, { mode: 0o700 });
    if (account) await chown(cluster, account.uid, account.gid);
    const as = { ...account, cwd: cluster };
    const program = (name: string) => join(programs!, name);
    execFileSync(
      program('initdb'),
      ['-D', cluster, '-U', 'perch', '--auth=trust', '--no-sync', '-E', 'UTF8'],
      {
        ...as,
        stdio: 'ignore',
      },
    );
    port = await freePort();
    const options = ['-D', cluster, '-p', String(port), '-h', '127.0.0.1', '-k', '', '-c', 'fsync=off'];
    server = spawn(program('postgres'), options, { ...as, stdio: 'ignore' });
    await vi.waitFor(() => run('pg_isready', '-q'), 30_000);
    run('createdb', 'before');
    run('createdb', 'after');
  }, 60_000);

  afterAll(async () => {
    for (const room of rooms) room.stop();
    for (const perch of perches) await perch.stop();
    if (server && server.exitCode === null) {
      const ended = once(server, 'exit');
      server.kill('SIGINT');
      await ended;
    }
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const database = (name: string) => `postgres://perch@127.0.0.1:${port}/${name}`;

  function run(name: string, ...args: string[]): void {
    execFileSync(join(programs!, name), ['-h', '127.0.0.1', '-p', String(port), '-U', 'perch', ...args]);
  }

  async function start(name: string, state: string): Promise<PerchProcess> {
    await mkdir(state, { recursive: true });
    const perch = await PerchProcess.start({
      DATABASE_URL: database(name),
      PERCH_STATE: state,
      PERCH_SECRET: secret,
    });
    perches.push(perch);
    return perch;
  }

  it('RUN5 taken while somebody types, it has all that was saved before, committed or not', async () => {
    const state = join(folder, 'state');
    const perch = await start('before', state);
    const owner = await PerchClient.owner(perch.link);
    const workspaceId = await owner.openWorkspace('main');
    const path = (rest: string) => `/api/workspaces/${workspaceId}/${rest}`;
    const picture = randomBytes(100_000);
    const uploaded = await fetch(`${perch.url}${path('files?path=assets%2Fnew.png')}`, {
      method: 'PUT',
      headers: { cookie: owner.cookie, 'content-type': 'application/octet-stream' },
      body: picture,
    });
    expect(uploaded.status).toBe(200);
    await owner.call('POST /api/workspaces/:id/files', path('files'), { path: 'a.txt', text: 'committed\n' });
    await owner.call('POST /api/workspaces/:id/commit', path('commit'), { message: 'A', paths: ['a.txt'] });
    const at = { url: perch.url, cookie: owner.cookie, workspaceId, path: 'src/main.js' };
    const typist = new Typist('typist', at, seededRandom(1));
    rooms.push(typist.room);
    await expect.poll(() => typist.isSaved, SETTLE).toBe(true);
    typist.start();
    await expect.poll(() => typist.acknowledged, SETTLE).toBeGreaterThan(20);
    const saved = typist.typed.slice(0, typist.acknowledged);

    const dump = join(folder, 'perch.dump');
    run('pg_dump', '--format=custom', '--file', dump, 'before');
    const copy = join(folder, 'restored');
    for (const each of ['objects', 'forge'])
      await cp(join(state, each), join(copy, each), { recursive: true });
    await typist.rest();
    typist.room.stop();
    await perch.kill();
    await rm(state, { recursive: true });

    run('pg_restore', '--dbname=after', '--exit-on-error', dump);
    const again = await start('after', copy);
    const person = owner.at(again.url);
    const room = new Room({ url: again.url, workspaceId, headers: { cookie: person.cookie } });
    rooms.push(room);
    room.start();
    const document = room.openDocument('src/main.js');
    await expect
      .poll(() => document.state.kind === 'live' && document.state.save === 'saved', SETTLE)
      .toBe(true);
    const lines = document.text.toString().split('\n');
    for (const line of saved) expect(lines.filter((each) => each === line)).toEqual([line]);
    const changes = await person.call<FileChange[]>('GET /api/workspaces/:id/changes', path('changes'));
    expect(changes.map((change) => change.path).toSorted()).toEqual(['assets/new.png', 'src/main.js']);
    const raw = await fetch(`${again.url}${path('raw?path=assets%2Fnew.png')}`, {
      headers: { cookie: person.cookie },
    });
    expect(Buffer.from(await raw.arrayBuffer()).equals(picture)).toBe(true);
    // And work goes on.
    document.text.insert(0, '// after\n');
    await document.whenSaved();
    const { sha } = await person.call<{ sha: string }>('POST /api/workspaces/:id/commit', path('commit'), {
      message: 'All of it',
      paths: ['assets/new.png', 'src/main.js'],
    });
    expect(sha).toMatch(/^[0-9a-f]{40}$/);
  }, 60_000);
});

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => listener.once('listening', resolve));
  const { port } = listener.address() as AddressInfo;
  await new Promise((resolve) => listener.close(resolve));
  return port;
}
