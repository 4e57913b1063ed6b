/**
 * Stands between Perch and its PostgreSQL: starts the postmaster, and stops it once its own standard input
 * closes. The kernel closes that pipe however Perch ends, SIGKILL included. It leads a process group of its
 * own, so a terminal's Ctrl-C reaches Perch alone, and the database outlives the draining of requests.
 *
 * Guarantee: when Perch is gone, this process and the postmaster are gone too, the postmaster with a clean
 * shutdown if it manages one in time.
 *
 * Plain JavaScript: it runs from the sources, because dist/ holds only what tsc wrote.
 * Argument: `{ command, args, cwd, env, uid?, gid? }` as JSON. Exits as the postmaster did.
 */
import { spawn } from 'node:child_process';

/** A fast shutdown writes a checkpoint; on a slow disk that takes seconds. */
const FAST_SHUTDOWN_MS = 10_000;
/** An immediate shutdown only ends processes. */
const IMMEDIATE_SHUTDOWN_MS = 5_000;

const { command, args, ...options } = JSON.parse(process.argv[2]);

// It ends when Perch does, and not before: a service manager signals every process it knows at once.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

const postmaster = spawn(command, args, { ...options, stdio: ['ignore', 'inherit', 'inherit'] });
postmaster.on('error', (error) => {
  process.stderr.write(`${command} could not be run: ${error.message}\n`);
  process.exit(127);
});
postmaster.on('exit', (code) => process.exit(code ?? 1));

let stopping = false;
function stop() {
  if (stopping) return;
  stopping = true;
  postmaster.kill('SIGINT');
  setTimeout(() => postmaster.kill('SIGQUIT'), FAST_SHUTDOWN_MS);
  setTimeout(() => postmaster.kill('SIGKILL'), FAST_SHUTDOWN_MS + IMMEDIATE_SHUTDOWN_MS);
}
process.stdin.on('end', stop).on('error', stop).on('close', stop).resume();
