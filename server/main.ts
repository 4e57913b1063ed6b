import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { migrateDatabase } from '../db/migrate.js';
import { startApplication, type Application } from './application.js';
import { Config, ConfigError, isLoopback } from './config.js';
import { startEmbeddedForge, type EmbeddedForge } from './embedded/forge.js';
import { gitIdentity } from './embedded/git-identity.js';
import { startEmbeddedPostgres } from './embedded/postgres.js';
import { endAtTheLatest } from './launch/end-at-the-latest.js';
import { exitWithParent } from './launch/parent-watch.js';
import { log } from './platform/log.js';
import { hideInLogs } from './platform/log-secrets.js';

/** Longer than a stop takes whose parts all end in their time. */
const STOP_MAX_MS = 40_000;

/** What has been started, the last first: the order in which it is stopped. */
const started: { name: string; stop(): Promise<void> }[] = [];
let stopping: Promise<void> | undefined;
let drainMs = 0;

process.on('SIGINT', () => end('SIGINT'));
process.on('SIGTERM', () => end('SIGTERM'));
exitWithParent(() => end('the launcher is gone'));

try {
  await main();
} catch (error) {
  if (error instanceof ConfigError) process.stderr.write(`${error.message}\n`);
  else log.fatal({ err: error }, 'Perch could not start');
  await stop();
  process.exit(1);
}

async function main(): Promise<void> {
  const config = Config.load(process.env, process.argv.slice(2));
  log.level = config.logLevel;
  for (const secret of config.secrets) hideInLogs(secret);
  ({ drainMs } = config);
  const databaseUrl = config.databaseUrl ?? (await startDatabase(config.stateDirectory));
  await migrateDatabase(databaseUrl);
  let forge: EmbeddedForge | undefined;
  const github = config.github ?? (forge = await startGit(config));
  // The built-in forge tells Perch of pushes as GitHub would.
  const webhookSecret = config.webhookSecret ?? (forge && randomBytes(32).toString('base64url'));
  const app = await listen(config, { databaseUrl, github, webhookSecret });
  started.unshift({ name: 'the server', stop: () => app.stop() });
  if (forge && webhookSecret !== undefined)
    forge.addHook({
      url: `${localAddress(config.host, app.port)}/api/webhooks/github`,
      secret: webhookSecret,
      events: ['*'],
    });
  if (isLoopback(config.host) || config.databaseUrl === undefined) {
    const link = await app.createOwnerLink(await gitIdentity(config.repositoryPath));
    process.stdout.write(`Perch is ready: ${link}\n`);
  } else {
    // What a hosted server prints is kept, and read by others than its owner.
    process.stdout.write(`Perch is ready: ${app.url} (npm run -s owner-link signs its owner in)\n`);
  }
}

async function startDatabase(stateDirectory: string): Promise<string> {
  const postgres = await startEmbeddedPostgres({
    dataDirectory: join(stateDirectory, 'postgres'),
    onFault: (error) => log.error({ err: error }, 'PostgreSQL ended and is started again'),
  });
  started.unshift({ name: 'PostgreSQL', stop: () => postgres.stop() });
  return postgres.url;
}

async function startGit(config: Config): Promise<EmbeddedForge> {
  const { publicUrl } = config;
  const forge = await startEmbeddedForge(
    config.stateDirectory,
    config.repositoryPath,
    config.githubApp && {
      ...config.githubApp,
      name: 'Perch',
      ...(publicUrl && { callbackUrls: [`${publicUrl}/api/auth/github/callback`] }),
    },
  );
  started.unshift({ name: 'the forge', stop: () => forge.stop() });
  const { owner, name } = forge.repository;
  process.stdout.write(
    config.repositoryPath === undefined
      ? `Serving the example repository as ${owner}/${name}.\n`
      : `Serving ${config.repositoryPath} in place as ${owner}/${name}. Commits made in Perch appear in it; a branch that is checked out moves only while its working tree is clean.\n`,
  );
  return forge;
}

/** Where a process of this machine finds a server that listens on `host`. */
function localAddress(host: string, port: number): string {
  if (host === '0.0.0.0' || host === '::') return `http://127.0.0.1:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** On the usual port, or on any free one where it is taken and none was asked for. */
async function listen(
  config: Config,
  surroundings: Parameters<typeof startApplication>[1],
): Promise<Application> {
  try {
    return await startApplication(config, surroundings);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || !config.anyPortWillDo) throw error;
    process.stdout.write(`Port ${config.port} is taken; Perch takes a free one.\n`);
    return startApplication(config, surroundings, 0);
  }
}

function end(reason: string): void {
  if (stopping) {
    // Asked twice: somebody cannot wait. What is acknowledged is stored already.
    process.exit(130);
  }
  log.info(`stopping: ${reason}`);
  stopping = stop();
  void stopping.then(() => process.exit(0));
  endAtTheLatest(drainMs + STOP_MAX_MS, () => process.exit(1));
}

async function stop(): Promise<void> {
  for (const part of started) {
    try {
      await part.stop();
    } catch (error) {
      log.error({ err: error }, `${part.name} did not stop cleanly`);
    }
  }
}
