/**
 * A Chromium for the browser tests.
 *
 * Guarantee: what `findBrowser` returns was run once and answered. The one without windows is preferred, because
 * the tests take a fifth less time in it; downloading is the last resort.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root, step } from './step.mjs';

const WITHOUT_WINDOWS = 'chromium-headless-shell';
const INSTALLED = [
  WITHOUT_WINDOWS,
  'google-chrome',
  'google-chrome-stable',
  'chromium',
  'chromium-browser',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** @throws one sentence that says what to install */
export async function findBrowser(env) {
  if (env.PERCH_CHROMIUM) {
    if (runs(env.PERCH_CHROMIUM, env)) return env.PERCH_CHROMIUM;
    throw new Error(`PERCH_CHROMIUM is ${env.PERCH_CHROMIUM}, which could not be run.`);
  }
  if (!which(WITHOUT_WINDOWS, env)) await fromDebian(WITHOUT_WINDOWS, env);
  const found = (await installed(env)) ?? (await fromDebian('chromium', env)) ?? (await fromPlaywright(env));
  if (found) return found;
  throw new Error(
    'The browser tests need Chromium, and it could not be installed: ' +
      'install Chrome or Chromium yourself, or set PERCH_CHROMIUM to its path.',
  );
}

async function installed(env) {
  for (const name of INSTALLED) {
    const path = name.startsWith('/') ? name : which(name, env);
    // Ubuntu's chromium-browser may be a stub that only asks for snap.
    if (path && runs(path, env)) return path;
  }
  const own = await playwrightsOwn();
  return own && runs(own, env) ? own : undefined;
}

async function fromDebian(name, env) {
  if (process.getuid?.() !== 0 || !which('apt-get', env)) return undefined;
  const quiet = { ...env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await step('Updating the package lists', [['apt-get', 'update']], quiet);
    const install = ['apt-get', 'install', '-y', '--no-install-recommends', name];
    await step(`Installing ${name}`, [install], quiet);
  } catch (error) {
    process.stdout.write(`${error.message}\n`);
  }
  return installed(env);
}

async function fromPlaywright(env) {
  const cli = join(root, 'node_modules', '@playwright', 'test', 'cli.js');
  const withLibraries = process.getuid?.() === 0 ? ['--with-deps'] : [];
  try {
    await step(
      'Downloading Chromium',
      [[process.execPath, cli, 'install', ...withLibraries, 'chromium']],
      env,
    );
  } catch (error) {
    process.stdout.write(`${error.message}\n`);
  }
  return installed(env);
}

/** Where Playwright's own download is, or would be. */
async function playwrightsOwn() {
  const { chromium } = await import('@playwright/test');
  return chromium.executablePath();
}

function which(name, env) {
  const found = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name], { env, encoding: 'utf8' });
  return found.status === 0 ? found.stdout.trim() : undefined;
}

function runs(path, env) {
  return spawnSync(path, ['--version'], { env, stdio: 'ignore', timeout: 30_000 }).status === 0;
}
