import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../server/embedded/postgres.js';
import { PerchClient } from '../perch-client.js';
import { PerchProcess } from '../perch-process.js';
import type { Endpoint, SystemName } from './bench.js';
import { ServerProcess } from './server-process.js';

/** A server under test: started anew for every run, so that none inherits another's memory; what it stores stays. */
export interface System {
  start(): Promise<Endpoint>;
  stop(): Promise<void>;
  /** Ends it for good and removes what it stored. */
  remove(): Promise<void>;
}

/** @param documents the names of all documents there will be */
export function makeSystem(name: SystemName, documents: readonly string[]): System {
  if (name === 'perch') return new Perch(documents);
  if (name === 'hocuspocus') return new Hocuspocus();
  return new InMemory(name);
}

/** Perch as `npm start -- --repo` runs it, with an owner and four invited people signed in. */
class Perch implements System {
  readonly #repository = mkdtempSync(join(tmpdir(), 'perch-bench-'));
  #process: PerchProcess | undefined;
  #room: Endpoint['perch'];

  constructor(documents: readonly string[]) {
    for (const name of documents) writeFileSync(join(this.#repository, name), '');
    const git = (...parameters: string[]) =>
      execFileSync('git', ['-c', 'user.name=Bench', '-c', 'user.email=bench@perch.invalid', ...parameters], {
        cwd: this.#repository,
        stdio: 'ignore',
      });
    git('init', '--initial-branch=main');
    git('add', '.');
    git('commit', '--message=Empty documents');
  }

  async start(): Promise<Endpoint> {
    if (this.#process) await this.#process.start();
    else this.#process = await PerchProcess.start({}, ['--repo', this.#repository]);
    this.#room ??= await this.#signIn();
    return {
      system: 'perch',
      url: this.#process.url.replace('http', 'ws'),
      serverPid: this.#process.pid,
      databasePid: postmasterIn(join(this.#process.stateDirectory, 'postgres')),
      perch: this.#room,
    };
  }

  async stop(): Promise<void> {
    await this.#process?.end();
  }

  async remove(): Promise<void> {
    await this.#process?.stop();
    rmSync(this.#repository, { recursive: true, force: true });
  }

  async #signIn(): Promise<Endpoint['perch']> {
    const owner = await PerchClient.owner(this.#process!.link);
    const { owner: name, repo } = await owner.firstRepository();
    const people = [owner];
    for (let index = 1; index < 5; index++)
      people.push(await owner.invite(`Person ${index}`, 'write', name, repo));
    return {
      cookies: people.map((person) => person.cookie),
      workspaceId: await owner.openWorkspace('main', name, repo),
    };
  }
}

/** Hocuspocus and a PostgreSQL of its own, of the kind Perch has. */
class Hocuspocus implements System {
  readonly #state = mkdtempSync(join(tmpdir(), 'perch-bench-'));
  #postgres: EmbeddedPostgres | undefined;
  #process: ServerProcess | undefined;

  async start(): Promise<Endpoint> {
    // As root, PostgreSQL runs as another user, who has to get to its files.
    chmodSync(this.#state, 0o711);
    const dataDirectory = join(this.#state, 'postgres');
    this.#postgres = await startEmbeddedPostgres({ dataDirectory });
    const port = await freePort();
    const env = { PORT: `${port}`, DATABASE_URL: this.#postgres.url };
    this.#process = await ServerProcess.start(beside('servers/hocuspocus.js'), env, /ready/);
    return {
      system: 'hocuspocus',
      url: `ws://127.0.0.1:${port}`,
      serverPid: this.#process.pid,
      databasePid: postmasterIn(dataDirectory),
    };
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
    await this.#postgres?.stop();
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.#state, { recursive: true, force: true });
  }
}

/** y-websocket's server, its own program, and the bare relay: both forget. */
class InMemory implements System {
  #process: ServerProcess | undefined;

  constructor(private readonly name: 'y-websocket' | 'relay') {}

  async start(): Promise<Endpoint> {
    const port = await freePort();
    const file =
      this.name === 'relay'
        ? beside('servers/relay.js')
        : fileURLToPath(new URL('server.js', import.meta.resolve('@y/websocket-server/utils')));
    const env = { HOST: '127.0.0.1', PORT: `${port}` };
    this.#process = await ServerProcess.start(file, env, /ready|running at/);
    return { system: this.name, url: `ws://127.0.0.1:${port}`, serverPid: this.#process.pid };
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
  }

  remove(): Promise<void> {
    return this.stop();
  }
}

const beside = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

function postmasterIn(dataDirectory: string): number {
  return Number(readFileSync(join(dataDirectory, 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
