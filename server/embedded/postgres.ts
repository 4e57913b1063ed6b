/**
 * PostgreSQL for a machine that has none. A guardian process holds the postmaster (see postgres-guardian.mjs);
 * this supervisor holds the guardian.
 *
 * Guarantee: from the moment `startEmbeddedPostgres` resolves until `stop`, its url leads to this data
 * directory or, while PostgreSQL is being restarted after a crash, to nobody. What was committed stays
 * committed: fsync is on.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Account, postgresAccount } from './postgres-account.js';
import { type Binaries, locateBinaries } from './postgres-binaries.js';
import { type Cluster, openCluster, removeCluster } from './postgres-cluster.js';
import { connectionUrl, greet } from './postgres-connection.js';
import { clearTheWay } from './postgres-predecessor.js';

export interface EmbeddedPostgres {
  /** With user and password, of the database `perch`. Valid until `stop`, through any restart. */
  url: string;
  /** A clean shutdown; connections still open are ended. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Belongs to this PostgreSQL alone; made when missing. */
  dataDirectory: string;
  /** Hears that PostgreSQL ended unexpectedly, and of every restart that failed. */
  onFault?: (error: Error) => void;
}

/** A port was free a moment ago; somebody may take it first. */
const PORT_ATTEMPTS = 5;
const POLL_MS = 20;
/** Replaying the log after a crash takes as long as it takes; this is the end of hope. */
const START_MS = 5 * 60_000;
/** The first restart is at once. A cause that stays, such as a full disk, must not fill the log as well. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
/** Enough for the hint lines of one fatal message, and short enough to read. */
const LOG_LINES = 15;

export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const account = await postgresAccount();
  const binaries = await locateBinaries(account, join(options.dataDirectory, 'lib'));
  const cluster = await openCluster(options.dataDirectory, binaries, account);
  const supervisor = new Supervisor(cluster, binaries, account, options.onFault);
  const url = await supervisor.start();
  return { url, stop: () => supervisor.stop() };
}

/** Removes the data, wherever it had to be put. The PostgreSQL on it must be stopped. */
export const removeEmbeddedPostgres = (dataDirectory: string): Promise<void> => removeCluster(dataDirectory);

class Supervisor {
  private guardian: ChildProcess | undefined;
  private port = 0;
  private stopping: Promise<void> | undefined;
  private requestStop = () => {};
  private readonly stopRequested = new Promise<void>((resolve) => (this.requestStop = resolve));
  private restarting: Promise<void> = Promise.resolve();

  constructor(
    private readonly cluster: Cluster,
    private readonly binaries: Binaries,
    private readonly account: Account | undefined,
    private readonly onFault: (error: Error) => void = () => undefined,
  ) {}

  async start(): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      this.port = await freePort();
      try {
        await this.launch();
        return connectionUrl(this.cluster, this.port);
      } catch (error) {
        if (attempt === PORT_ATTEMPTS || !/in use|another PostgreSQL/i.test((error as Error).message))
          throw error;
      }
    }
  }

  stop(): Promise<void> {
    this.requestStop();
    this.stopping ??= (async () => {
      await this.end();
      await this.restarting;
      await this.end();
    })();
    return this.stopping;
  }

  private async end(): Promise<void> {
    const guardian = this.guardian;
    if (!guardian || hasEnded(guardian)) return;
    guardian.ref();
    const ended = once(guardian, 'exit');
    guardian.stdin?.end();
    await ended;
  }

  /** One postmaster, ready for queries, or none and an error that says why. */
  private async launch(): Promise<void> {
    await clearTheWay(this.cluster.data);
    const guardian = await this.spawnGuardian();
    this.guardian = guardian;
    try {
      await this.ready(guardian);
    } catch (error) {
      await this.end();
      throw error;
    }
    guardian.once('exit', () => this.ended());
    // It may have ended between the answer and the listener.
    if (hasEnded(guardian)) this.ended();
  }

  private async spawnGuardian(): Promise<ChildProcess> {
    const log = await open(this.cluster.log, 'a', 0o600);
    try {
      const postmaster = {
        command: this.binaries.postgres,
        // "-D" first: that is how a later run recognizes this process.
        args: ['-D', this.cluster.data, ...settings(this.port)],
        cwd: this.cluster.home,
        env: this.binaries.env,
        ...this.account,
      };
      const guardian = spawn(process.execPath, [guardianFile(), JSON.stringify(postmaster)], {
        cwd: this.cluster.home,
        detached: true,
        stdio: ['pipe', log.fd, log.fd],
      });
      guardian.stdin?.on('error', () => undefined); // It ended first; its exit is what counts.
      await once(guardian, 'spawn');
      // A process that has nothing else to do may end; the guardian notices.
      guardian.unref();
      return guardian;
    } finally {
      await log.close();
    }
  }

  private async ready(guardian: ChildProcess): Promise<void> {
    const deadline = Date.now() + START_MS;
    while (!(await greet(this.cluster, this.port))) {
      if (hasEnded(guardian)) throw new Error(await this.describeFailure('did not start'));
      if (Date.now() > deadline)
        throw new Error(await this.describeFailure('did not get ready within 5 minutes'));
      await delay(POLL_MS);
    }
  }

  private ended(): void {
    if (this.stopping) return;
    this.onFault(new Error(`PostgreSQL ended unexpectedly and is being restarted; see ${this.cluster.log}.`));
    this.restarting = this.restart();
  }

  /** For as long as it takes: people's work is in there, and each failure is reported. */
  private async restart(): Promise<void> {
    for (let pause = FIRST_PAUSE_MS; !this.stopping; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      try {
        return await this.launch();
      } catch (error) {
        // Right after a kill, processes of the old postmaster may still hold its shared memory.
        this.onFault(error as Error);
        await Promise.race([delay(pause, undefined, { ref: false }), this.stopRequested]);
      }
    }
  }

  private async describeFailure(what: string): Promise<string> {
    const lines = (await readFile(this.cluster.log, 'utf8')).trimEnd().split('\n').slice(-LOG_LINES);
    return (
      `PostgreSQL ${what}; the data in ${this.cluster.data} is kept. ` +
      `The end of ${this.cluster.log}:\n${lines.map((line) => `  ${line}`).join('\n')}`
    );
  }
}

function settings(port: number): string[] {
  const values = {
    listen_addresses: '127.0.0.1',
    port,
    // A socket file's path is limited to 107 bytes, which a data directory easily exceeds; TCP suffices.
    unix_socket_directories: '',
    // Many test files and several server processes share one.
    max_connections: 200,
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

/** It stands in the sources only: this file runs from `server/embedded` and from `dist/server/embedded`. */
function guardianFile(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return join(folder, 'server', 'embedded', 'postgres-guardian.mjs');
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (!address || typeof address === 'string') throw new Error('No free port on 127.0.0.1.');
  return address.port;
}
