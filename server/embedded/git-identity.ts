import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { accountUpdate } from '../protocol/user.js';

const run = promisify(execFile);

/**
 * Who git says is sitting here, asked in the served repository: the name and
 * e-mail its own commits would carry. What git does not know, or Perch would
 * refuse as a name, is left out.
 */
export async function gitIdentity(
  repositoryPath: string | undefined,
): Promise<{ name?: string | undefined; email?: string | undefined }> {
  const read = async (key: string): Promise<string | undefined> => {
    try {
      const { stdout } = await run('git', ['config', '--get', key], { cwd: repositoryPath });
      return stdout.trim() || undefined;
    } catch {
      return undefined;
    }
  };
  const name = accountUpdate.shape.name.safeParse(await read('user.name'));
  const email = accountUpdate.shape.email.safeParse(await read('user.email'));
  return { name: name.data, email: email.data };
}
