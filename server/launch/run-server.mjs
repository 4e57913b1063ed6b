/**
 * The server as a child.
 *
 * Guarantee: it hears each signal once, and it ends with us: a pipe that only we hold tells it when we were
 * killed (see parent-watch.ts).
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { root } from './step.mjs';

const PARENT_FD = 3;
/** A terminal's Ctrl-C reaches npm and us, and npm may pass it on as well: that is one Ctrl-C. */
const SAME_SIGNAL_MS = 300;

/** @returns {Promise<number>} the exit code */
export function runServer(args) {
  const main = join(root, 'dist', 'server', 'main.js');
  const server = spawn(process.execPath, ['--enable-source-maps', main, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env: { ...process.env, PERCH_PARENT_FD: String(PARENT_FD) },
    // Outside the terminal's process group: signals come from here alone, once.
    detached: true,
  });
  server.stdio[PARENT_FD].on('error', () => {}); // It ended; its exit code says the rest.

  const last = {};
  const forward = (signal) => {
    if (Date.now() - (last[signal] ?? 0) < SAME_SIGNAL_MS) return;
    last[signal] = Date.now();
    server.kill(signal);
  };
  process.on('SIGINT', () => forward('SIGINT'));
  process.on('SIGTERM', () => forward('SIGTERM'));
  process.on('SIGHUP', () => forward('SIGTERM'));

  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}
