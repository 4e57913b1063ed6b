/**
 * Running one program to its end, for the launchers.
 *
 * Guarantee: `step` shows that it goes on, and for how long; the program's output only when it fails. When it
 * returns or throws, and when this process exits, nothing that was started here still runs.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A compiler's complaint ends with the cause, npm's begins with it. */
const FIRST_LINES = 20;
const LAST_LINES = 40;

/** npm as it was found by whoever started us, or the one on the PATH. */
export const npm = process.env.npm_execpath?.endsWith('.js')
  ? [process.execPath, process.env.npm_execpath]
  : ['npm'];

/** npm and Chromium write below HOME; where there is none, a temporary directory stands in. */
export function environment() {
  const env = { ...process.env };
  if (!env.HOME || !statSync(env.HOME, { throwIfNoEntry: false })?.isDirectory()) {
    if (!temporaryHome) {
      temporaryHome = mkdtempSync(join(tmpdir(), 'perch-home-'));
      process.on('exit', () => rmSync(temporaryHome, { recursive: true, force: true }));
    }
    env.HOME = temporaryHome;
  }
  return env;
}
let temporaryHome;

const running = new Set();
process.on('exit', endAll);

/** With all they have started: npm ends at a signal without passing it on to the compiler below it. */
function endAll() {
  for (const child of running) {
    try {
      process.kill(-child.pid, 'SIGTERM');
    } catch {
      // It ended by itself.
    }
  }
}

function run([program, ...args], env, output) {
  const child = spawn(program, args, { cwd: root, env, stdio: ['ignore', output, output], detached: true });
  if (child.pid === undefined) return child; // The caller hears of it by "error".
  running.add(child);
  child.on('close', () => running.delete(child));
  return child;
}

/**
 * Shows `title` with the time that passed while the commands run side by side.
 * @param {string} title
 * @param {string[][]} commands
 * @param {NodeJS.ProcessEnv} [env]
 * @throws with the output of what failed
 */
export async function step(title, commands, env = environment()) {
  const started = Date.now();
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(1)} s`;
  const terminal = process.stdout.isTTY;
  const show = (text) => process.stdout.write(terminal ? `\r\u001b[K${text}` : `${text}\n`);
  show(`${title}…`);
  const clock = terminal ? setInterval(() => show(`${title}… ${seconds()}`), 1_000) : undefined;
  const attempts = commands.map((command) => runQuietly(command, env));
  try {
    await Promise.all(attempts);
    show(`${title}: done in ${seconds()}`);
  } catch (error) {
    // A compiler that goes on would write over what the next attempt makes.
    endAll();
    await Promise.allSettled(attempts);
    show(`${title}: failed after ${seconds()}`);
    throw error;
  } finally {
    clearInterval(clock);
    if (terminal) process.stdout.write('\n');
  }
}

/** Runs the command on this terminal and returns its exit code; never rejects. */
export function runLoudly(command, env) {
  return new Promise((resolve) => {
    const child = run(command, env, 'inherit');
    child.on('error', (error) => {
      process.stderr.write(`${command[0]} could not be run: ${error.message}\n`);
      resolve(127);
    });
    child.on('close', (code) => resolve(code ?? 1));
  });
}

function runQuietly(command, env) {
  return new Promise((resolve, reject) => {
    const child = run(command, env, 'pipe');
    let output = '';
    const collect = (chunk) => (output += chunk);
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    child.on('error', (error) => reject(new Error(`${command[0]} could not be run: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) return resolve();
      reject(new Error(`"${command.join(' ')}" ended with ${signal ?? `code ${code}`}:\n${shorten(output)}`));
    });
  });
}

function shorten(output) {
  const lines = output.trimEnd().split('\n');
  if (lines.length <= FIRST_LINES + LAST_LINES) return lines.join('\n');
  return [...lines.slice(0, FIRST_LINES), '…', ...lines.slice(-LAST_LINES)].join('\n');
}
