/**
 * A real S3 server for the object store's tests: OpenStack Swift, as Debian has it.
 *
 * Guarantee: what `findSwift` returns is a Python that has loaded Swift. Without one the tests are skipped, in a sentence.
 */
import { spawnSync } from 'node:child_process';
import { step } from './step.mjs';

/** Debian's own: where its packages of Python are. */
const PYTHON = '/usr/bin/python3';

export async function findSwift(env) {
  if (loads(env)) return PYTHON;
  if (process.getuid?.() === 0 && spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status === 0) {
    const quiet = { ...env, DEBIAN_FRONTEND: 'noninteractive' };
    const install = ['apt-get', 'install', '-y', '--no-install-recommends', 'python3-swift'];
    try {
      await step('Installing Swift, an S3 server for the tests', [install], quiet);
    } catch {
      await installAfterUpdate(install, quiet);
    }
    if (loads(env)) return PYTHON;
  }
  process.stdout.write(
    'No S3 server is to be had here, so the object store is tested in a directory only: install Debian’s python3-swift for the rest.\n',
  );
  return undefined;
}

async function installAfterUpdate(install, env) {
  try {
    await step('Updating the package lists', [['apt-get', 'update']], env);
    await step('Installing Swift, an S3 server for the tests', [install], env);
  } catch (error) {
    process.stdout.write(`${error.message}\n`);
  }
}

function loads(env) {
  const found = spawnSync(PYTHON, ['-c', 'import eventlet, swift.proxy.server'], { env, stdio: 'ignore' });
  return found.status === 0;
}
