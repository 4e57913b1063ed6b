/**
 * `npm start`: from a fresh clone to a running Perch, with nothing but Node and git. Installs when the lock
 * file changed, builds when sources changed, then runs the server with the arguments given.
 *
 * Guarantee: the server ends when this process does, and this process when npm does, killed or not.
 *
 * This file must also parse on a Node too old for the rest, to say so; hence the late imports.
 */
import { spawnSync } from 'node:child_process';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  refuse(
    `Perch needs Node 20.19 or newer; this is ${process.versions.node}. Get one from https://nodejs.org.`,
  );
} else if (spawnSync('git', ['--version']).status !== 0) {
  refuse('Perch needs git, and there is none on the PATH. Install it, e.g. with "apt-get install git".');
} else {
  start().catch((error) => refuse(error.message));
}

async function start() {
  const { watchNpm } = await import('./npm-watch.mjs');
  const { install } = await import('./install.mjs');
  const { build } = await import('./build.mjs');
  const { runServer } = await import('./run-server.mjs');
  watchNpm(() => process.kill(process.pid, 'SIGTERM'));
  // Until there is a server to hear a signal, it ends the step that runs.
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const leave = (_, number) => process.exit(128 + number);
  for (const signal of signals) process.on(signal, leave);
  await install();
  await build();
  const exitCode = runServer(process.argv.slice(2));
  for (const signal of signals) process.off(signal, leave);
  process.exit(await exitCode);
}

function refuse(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
