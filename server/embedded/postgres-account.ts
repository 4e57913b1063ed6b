/**
 * Who PostgreSQL runs as. It refuses to run as root; there it runs as `nobody`.
 *
 * Guarantee: `postgresAccount` is undefined exactly when no change of account is needed.
 */
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

export interface Account {
  uid: number;
  gid: number;
}

/** Where root puts what `nobody` must reach when Perch itself lies out of its reach, e.g. in /root. */
export const SHARED_PLACE = '/var/lib/perch';

export async function postgresAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => promisify(execFile)('id', [flag, 'nobody']);
  try {
    const [uid, gid] = await Promise.all([id('-u'), id('-g')]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    // The number is the kernel's own for "nobody in particular", with or without a line in /etc/passwd.
    return { uid: 65_534, gid: 65_534 };
  }
}

/** Whether the account may enter every directory that leads to `path`, and `path` itself. */
export async function isReachableBy(account: Account, path: string): Promise<boolean> {
  for (let directory = path; ; directory = dirname(directory)) {
    const { mode, uid, gid } = await stat(directory);
    const execute = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & execute) === 0) return false;
    if (directory === dirname(directory)) return true;
  }
}
