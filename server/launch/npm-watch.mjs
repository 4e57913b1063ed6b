/**
 * Whether the npm that runs this script is still there. npm passes SIGINT and SIGTERM on; SIGKILL it cannot.
 *
 * Guarantee: `onGone` is called once, within a second, however npm ended; never where npm did not start us. It
 * does not keep the process alive.
 */
import { readFileSync } from 'node:fs';

const LOOK_MS = 500;

export function watchNpm(onGone) {
  // A shell that started us directly may well go first (`nohup … &`).
  if (!process.env.npm_lifecycle_event) return;
  const isThere = process.platform === 'linux' ? findNpm() : sameParent();
  if (!isThere) return;
  const watch = setInterval(() => {
    if (isThere()) return;
    clearInterval(watch);
    onGone();
  }, LOOK_MS);
  watch.unref();
}

/** npm runs scripts through a shell, which may or may not stay between us. */
function findNpm() {
  let pid = process.ppid;
  for (let level = 0; level < 3; level++) {
    const found = describe(pid);
    if (!found) return undefined;
    if (isNpm(found)) return () => isNpm(describe(pid));
    pid = found.parent;
  }
  return undefined;
}

/** Without /proc: whoever started us directly, npm or its shell. */
function sameParent() {
  const parent = process.ppid;
  return () => process.ppid === parent;
}

const isNpm = (found) => found !== undefined && /\bp?npm\b/.test(found.command);

/** Undefined when it is gone. */
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
