/**
 * What an earlier run may have left: a pid file, or a postmaster that still runs.
 *
 * Guarantee: after `clearTheWay` no PostgreSQL runs on this data directory, or it has thrown. It ends only a
 * postmaster of this very directory whose guardian is gone; another Perch's it leaves alone.
 */
import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

/** A Perch that was just told to stop drains its requests and then its database. */
const PATIENCE_MS = 10_000;
const POLL_MS = 25;

export async function clearTheWay(data: string): Promise<void> {
  const pidFile = join(data, 'postmaster.pid');
  const deadline = Date.now() + PATIENCE_MS;
  for (let asked = false; ; await delay(POLL_MS)) {
    const pid = await pidIn(pidFile);
    const found = pid === undefined ? undefined : await describeProcess(pid);
    if (pid === undefined || !found) return; // PostgreSQL itself takes over a dead process's file.
    if (!found.command.includes(`postgres -D ${data}`)) {
      // The number went to another program since, which PostgreSQL cannot tell from a postmaster.
      await rm(pidFile, { force: true });
      return;
    }
    const guarded = (await describeProcess(found.parent))?.command.includes('postgres-guardian.mjs') ?? false;
    if (!guarded && !asked) {
      process.kill(pid, 'SIGINT');
      asked = true;
    }
    if (Date.now() > deadline) {
      throw new Error(
        guarded
          ? `Another Perch is using the database in ${data} (PostgreSQL is process ${pid}); nothing was changed. ` +
              'Stop it first, or set PERCH_STATE to another directory.'
          : `A PostgreSQL from an earlier run (process ${pid}) still uses ${data} and does not stop; ` +
              `nothing was changed. End it with "kill -QUIT ${pid}" and start again.`,
      );
    }
  }
}

async function pidIn(pidFile: string): Promise<number | undefined> {
  const text = await readFile(pidFile, 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  return pid > 1 ? pid : undefined;
}

/** Undefined when there is no such process. */
async function describeProcess(pid: number): Promise<{ command: string; parent: number } | undefined> {
  try {
    if (process.platform === 'linux') {
      const [command, status] = await Promise.all([
        readFile(`/proc/${pid}/cmdline`, 'utf8'),
        readFile(`/proc/${pid}/status`, 'utf8'),
      ]);
      return { command: command.replaceAll('\0', ' '), parent: Number(/^PPid:\s*(\d+)/m.exec(status)?.[1]) };
    }
    const { stdout } = await promisify(execFile)('ps', ['-ww', '-o', 'ppid=,args=', '-p', String(pid)]);
    const [, parent, command] = /^\s*(\d+)\s+(.*)$/m.exec(stdout) ?? [];
    return command ? { command, parent: Number(parent) } : undefined;
  } catch {
    return undefined;
  }
}
