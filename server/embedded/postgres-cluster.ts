/**
 * The directory of the embedded PostgreSQL: `cluster/` (the data), `password` (0600) and `postgres.log`.
 *
 * Guarantee: `cluster/` is either complete or absent. It is made under another name and renamed when finished,
 * so a start that was killed half-way leaves nothing that the next start could mistake for a database.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  chmod,
  chown,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Account, isReachableBy, SHARED_PLACE } from './postgres-account.js';
import type { Binaries } from './postgres-binaries.js';

export interface Cluster {
  /** PostgreSQL's data directory, as PostgreSQL itself will name it: without symbolic links. */
  data: string;
  /** What holds `data`. */
  home: string;
  log: string;
  password: string;
}

export const SUPERUSER = 'perch';
/** In the directory that was asked for, a link to where the files had to go instead. */
const ELSEWHERE = 'elsewhere';
const UNFINISHED = 'initdb-';
/** A log that outgrew this at the start of a run makes room; the one before is kept. */
const LOG_LIMIT_BYTES = 10 * 1024 * 1024;

export async function openCluster(
  directory: string,
  binaries: Binaries,
  account: Account | undefined,
): Promise<Cluster> {
  await mkdir(directory, { recursive: true });
  const home = await realpath(account ? await homeWithinReach(directory, account) : directory);
  const data = join(home, 'cluster');
  const log = join(home, 'postgres.log');
  await makeRoomInLog(log);
  const password = await keepPassword(home, existsSync(data), account);
  if (!existsSync(data)) await createCluster({ data, home, log, password }, binaries, account);
  return { data, home, log, password };
}

/** Removes everything `openCluster` made for this directory. PostgreSQL must be stopped. */
export async function removeCluster(directory: string): Promise<void> {
  const elsewhere = await readlink(join(directory, ELSEWHERE)).catch(() => undefined);
  if (elsewhere) await rm(elsewhere, { recursive: true, force: true });
  await rm(directory, { recursive: true, force: true });
}

/** `nobody` must be able to enter the directory; where it cannot, the files live in SHARED_PLACE instead. */
async function homeWithinReach(directory: string, account: Account): Promise<string> {
  const link = join(directory, ELSEWHERE);
  const elsewhere = await readlink(link).catch(() => undefined);
  if (elsewhere) {
    if (existsSync(elsewhere)) return elsewhere;
    // Starting empty here would look like lost work.
    throw new Error(
      `The database of ${directory} was kept in ${elsewhere}, which is gone. ` +
        `Put it back, or delete ${link} to begin with an empty database.`,
    );
  }
  if (await isReachableBy(account, dirname(await realpath(directory)))) {
    await chmod(directory, (await stat(directory)).mode | 0o111);
    return directory;
  }
  await mkdir(SHARED_PLACE, { recursive: true, mode: 0o755 });
  const home = await mkdtemp(join(SHARED_PLACE, 'postgres-'));
  await chmod(home, 0o711);
  await symlink(home, link);
  return home;
}

async function keepPassword(home: string, hasData: boolean, account: Account | undefined): Promise<string> {
  const file = join(home, 'password');
  if (!existsSync(file)) {
    if (hasData) {
      throw new Error(
        `${file}, the password of the database beside it, is missing; the data is untouched. ` +
          `Put the file back, or move ${home} away to begin with an empty database.`,
      );
    }
    // Two first starts at once must agree: the first to write decides.
    const fresh = join(home, `.password-${randomBytes(6).toString('hex')}`);
    await writeFile(fresh, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx', flush: true });
    if (account) await chown(fresh, account.uid, account.gid);
    await link(fresh, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    await rm(fresh);
  }
  return (await readFile(file, 'utf8')).trim();
}

async function createCluster(
  cluster: Cluster,
  binaries: Binaries,
  account: Account | undefined,
): Promise<void> {
  const leftovers = (await readdir(cluster.home)).filter((name) => name.startsWith(UNFINISHED));
  for (const name of leftovers) await rm(join(cluster.home, name), { recursive: true, force: true });
  const unfinished = await mkdtemp(join(cluster.home, UNFINISHED));
  try {
    if (account) await chown(unfinished, account.uid, account.gid);
    await promisify(execFile)(
      binaries.initdb,
      [
        `--pgdata=${unfinished}`,
        `--username=${SUPERUSER}`,
        `--pwfile=${join(cluster.home, 'password')}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        '--no-instructions',
      ],
      { cwd: cluster.home, env: binaries.env, ...account },
    );
    await rename(unfinished, cluster.data);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if (existsSync(cluster.data)) return;
    const output = (error as { stderr?: string }).stderr || (error as Error).message;
    throw new Error(
      `PostgreSQL could not prepare its data directory ${cluster.data}; nothing was left behind. ` +
        `Set DATABASE_URL to use a PostgreSQL of your own. It said:\n${output.trim()}`,
      { cause: error },
    );
  }
}

async function makeRoomInLog(log: string): Promise<void> {
  const size = await stat(log).then(
    (entry) => entry.size,
    () => 0,
  );
  if (size > LOG_LIMIT_BYTES) await rename(log, `${log}.1`);
}
