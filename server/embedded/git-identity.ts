import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { promisify } from 'node:util';
import { accountUpdate } from '../protocol/user.js';

const run = promisify(execFile);

/**
 * Who git says is sitting here, asked in the served repository where there is
 * one: the name and e-mail of the commits made by hand. What git does not know, or Perch would
 * refuse as a name, is left out.
 */
export async function gitIdentity(
  repositoryPath: string | undefined,
): Promise<{ name?: string | undefined; email?: string | undefined }> {
  const read = async (key: string): Promise<string | undefined> => {
    try {
      const { stdout } = await run('git', ['config', '--get', key], {
        cwd: repositoryPath ?? homedir(),
      });
      return stdout.trim() || undefined;
    } catch {
      return undefined;
    }
  };
  const name = accountUpdate.shape.name.safeParse(await read('user.name'));
  const email = accountUpdate.shape.email.safeParse(await read('user.email'));
  return { name: name.data, email: email.data };
}
