/**
 * The server as a child.
 *
 * Guarantee: it hears each signal once, and it ends with us. A pipe that only we hold tells it when we were
 * killed (see parent-watch.ts); a look at npm now and then tells us when npm was.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { root } from './step.mjs';

const PARENT_FD = 3;
const NPM_WATCH_MS = 500;
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
  const watch = watchNpm(() => forward('SIGTERM'));

  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.on('exit', (code, signal) => {
      clearInterval(watch);
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}

/** Only npm: a shell that started us directly may well go first (`nohup … &`). */
function watchNpm(onGone) {
  if (!process.env.npm_lifecycle_event) return undefined;
  const npm = findNpm();
  if (!npm) return undefined;
  const watch = setInterval(() => {
    if (isNpm(describe(npm))) return;
    clearInterval(watch);
    onGone();
  }, NPM_WATCH_MS);
  return watch;
}

/** npm runs scripts through a shell, which may or may not stay between us. */
function findNpm() {
  let pid = process.ppid;
  for (let level = 0; level < 3; level++) {
    const found = describe(pid);
    if (!found) return undefined;
    if (isNpm(found)) return pid;
    pid = found.parent;
  }
  return undefined;
}

const isNpm = (found) => found !== undefined && /\bp?npm\b/.test(found.command);

/** Linux only; elsewhere a killed npm leaves the server to whoever stops it. Undefined when it is gone. */
function describe(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    if (/^State:\s*Z/m.test(status)) return undefined;
    return {
      parent: Number(/^PPid:\s*(\d+)/m.exec(status)?.[1]),
      command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '),
    };
  } catch {
    return undefined;
  }
}
