/**
 * Starts git for a large process, which to start a program would have to be forked itself: the more memory it has,
 * the longer it stands still, 20 ms at 300 MB. This one is small, and nobody waits for it.
 *
 * Lives as long as its parent's channel, and until what it has started is over. Guarantee: each question is answered
 * with an exit code or a failure, unless this process is killed, of which the parent hears.
 *
 * Plain JavaScript: it runs from the sources, because dist/ holds only what tsc wrote.
 */
import { spawn } from 'node:child_process';

// A terminal's Ctrl-C reaches this process too; the parent still needs git while it ends.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

/** What is half done when the parent is gone is brought to its end, within this. */
const END_MS = 10_000;

/** By the number its parent gave it. */
const running = new Map();

process.on('disconnect', () => {
  setTimeout(() => {
    for (const child of running.values()) end(child);
  }, END_MS).unref();
});

process.on('message', (asked) => {
  if (asked.kind === 'start') tryToStart(asked);
  else if (running.has(asked.id)) end(running.get(asked.id));
});

/** What cannot be started at all, such as an argument with a NUL in it, is one question's failure. */
function tryToStart(asked) {
  try {
    start(asked);
  } catch ({ message }) {
    tell({ id: asked.id, kind: 'failed', message });
  }
}

function tell(news) {
  if (process.connected) process.send(news);
}

/** As fast as the parent takes it: git waits for its pipe meanwhile. */
function pass(id, kind, output) {
  output.on('data', (chunk) => {
    if (!process.connected) return;
    output.pause();
    process.send({ id, kind, chunk }, () => output.resume());
  });
}

function start({ id, args, directory, env, input, credentials }) {
  // It leads a group of its own, with whatever it starts itself.
  const options = { cwd: directory, env, detached: true, stdio: ['pipe', 'pipe', 'pipe', 'pipe'] };
  const child = spawn('git', args, options);
  // Before anything else: what has no file left to open has no pipes either.
  child.on('error', ({ message }) => {
    running.delete(id);
    tell({ id, kind: 'failed', message });
  });
  if (child.pid === undefined) return;
  running.set(id, child);
  pass(id, 'output', child.stdout);
  pass(id, 'error-output', child.stderr);
  child.on('close', (code) => {
    running.delete(id);
    tell({ id, kind: 'ended', code });
  });
  const given = { 0: input, 3: credentials };
  for (const [number, text] of Object.entries(given)) {
    // Git may end before it has read everything; its exit code says why.
    child.stdio[number].on('error', () => {});
    child.stdio[number].end(text);
  }
}

/** With all that it has started: what speaks HTTP for it would hold its pipes until the server answers. */
function end(child) {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
