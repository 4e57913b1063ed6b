/**
 * Guarantee: after `install`, node_modules holds what package-lock.json says. npm is asked only when it does
 * not, or when the lock file changed since; what a developer installed by hand is recognized and left alone.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm, root, step } from './step.mjs';

const lockFile = join(root, 'package-lock.json');
const stampFile = join(root, 'node_modules', '.perch-install');

export async function install() {
  const lock = readFileSync(lockFile, 'utf8');
  const stamp = createHash('sha256').update(lock).digest('hex');
  if (read(stampFile) === stamp) return;
  if (!isInstalled(JSON.parse(lock))) {
    await installPackages().catch((error) => {
      throw new Error(
        `${error.message}\nThe packages could not be installed. With a connection to the npm registry, start again.`,
        { cause: error },
      );
    });
  }
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  writeFileSync(stampFile, stamp);
}

async function installPackages() {
  // The build needs the development packages, and NODE_ENV=production would leave them out.
  const options = ['--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  try {
    await step('Installing packages', [[...npm, 'ci', ...options]]);
  } catch (error) {
    // npm leaves other platforms' optional packages out of a lock file it cannot find them for, and then
    // refuses that lock file. Everything it does name is installed at its version all the same.
    if (!error.message.includes('EUSAGE')) throw error;
    await step('Installing packages beside an incomplete lock file', [
      [...npm, 'install', '--no-save', ...options],
    ]);
  }
}

/** npm writes this record last, so a half-finished installation has none. */
function isInstalled(lock) {
  const record = read(join(root, 'node_modules', '.package-lock.json'));
  if (!record) return false;
  const installed = JSON.parse(record).packages;
  return Object.entries(lock.packages).every(
    ([path, { version, optional }]) => path === '' || optional || installed[path]?.version === version,
  );
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
