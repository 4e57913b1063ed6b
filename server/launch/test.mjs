/**
 * `npm test`: everything that is checked, from a fresh clone, in one command.
 *
 * Guarantee: the last line counts what ran, `N passed, N failed[, N skipped]`, and the exit code is 0 only when
 * nothing failed. A suite that crashed, or in which nothing ran, is a failure.
 */
import { chmodSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBrowser } from './browser.mjs';
import { build } from './build.mjs';
import { install } from './install.mjs';
import { findSwift } from './swift.mjs';
import { environment, npm, runLoudly } from './step.mjs';
import { playwrightCounts, vitestCounts } from './test-report.mjs';

/** Memory that is free as a directory, for the tests' temporary files to go there. */
const SCRATCH_MIN_BYTES = 8e9;

const reports = mkdtempSync(join(tmpdir(), 'perch-test-reports-'));
process.on('exit', () => rmSync(reports, { recursive: true, force: true }));
const total = { passed: 0, failed: 0, skipped: 0 };
const passed = { passed: 1, failed: 0, skipped: 0 };
const failed = { passed: 0, failed: 1, skipped: 0 };

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    add('npm test', failed, `stopped by ${signal}`);
    finish();
  });
}

try {
  await install();
} catch (error) {
  add('install', failed, error.message);
  finish();
}

const env = testEnvironment();
const browser = await prepare('browser', () => findBrowser(env));
const swift = await prepare('S3 server', () => findSwift(env));
const isBuilt = await prepare('build', async () => {
  await build();
  return true;
});

for (const check of ['typecheck', 'lint', 'format:check']) {
  heading(check);
  const code = await runLoudly([...npm, 'run', '--silent', check], env);
  add(check, code === 0 ? passed : failed);
}

heading('vitest');
const unitReport = join(reports, 'vitest.json');
const vitest = [process.execPath, 'node_modules/vitest/vitest.mjs', 'run'];
const vitestCode = await runLoudly(
  [...vitest, '--reporter=default', '--reporter=json', `--outputFile.json=${unitReport}`],
  swift ? { ...env, PERCH_TEST_SWIFT: swift } : env,
);
add('vitest', vitestCounts(unitReport, vitestCode));

heading('playwright');
if (browser && isBuilt) {
  const endReport = join(reports, 'playwright.json');
  const playwright = [process.execPath, 'node_modules/@playwright/test/cli.js', 'test'];
  const playwrightCode = await runLoudly([...playwright, '-c', 'e2e/playwright.config.ts'], {
    ...env,
    PERCH_CHROMIUM: browser,
    PERCH_E2E_REPORT: endReport,
  });
  add('playwright', playwrightCounts(endReport, playwrightCode));
} else {
  add('playwright', failed, `not run without a ${browser ? 'build' : 'browser'}`);
}
finish();

/** What a suite needs: it counts only when it fails, and the suites that do without it still run. */
async function prepare(name, make) {
  try {
    return await make();
  } catch (error) {
    add(name, failed, error.message);
    return undefined;
  }
}

function heading(name) {
  process.stdout.write(`\n── ${name} ──\n`);
}

function add(name, counts, why = counts.why) {
  for (const key of Object.keys(total)) total[key] += counts[key];
  if (why) process.stdout.write(`${name}: ${why}\n`);
  process.stdout.write(`${name}: ${sentence(counts)}\n`);
}

function sentence(counts) {
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  return `${counts.passed} passed, ${counts.failed} failed${skipped}`;
}

function finish() {
  process.stdout.write(`\n${sentence(total)}\n`);
  process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
}

/** Nothing of the developer's own set-up: not their git identity, not the database of their server. */
function testEnvironment() {
  const env = environment();
  for (const name of Object.keys(env)) {
    const isOurs = /^PERCH_(?!CHROMIUM$|TEST_)|^DATABASE_URL$|^GITHUB_|^PG[A-Z]+$/.test(name);
    if (isOurs || name === 'NODE_ENV' || name === 'GIT_DIR' || name === 'GIT_WORK_TREE') delete env[name];
  }
  return {
    ...env,
    TMPDIR: env.TMPDIR ?? scratch(),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
  };
}

/** Hundreds of databases and repositories come and go: in memory, where there is plenty, the tests take a tenth less. */
function scratch() {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    if (bavail * bsize < SCRATCH_MIN_BYTES) return tmpdir();
    const folder = mkdtempSync('/dev/shm/perch-test-');
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    // As /tmp is: PostgreSQL runs as somebody else where the tests run as root.
    chmodSync(folder, 0o1777);
    return folder;
  } catch {
    return tmpdir();
  }
}
