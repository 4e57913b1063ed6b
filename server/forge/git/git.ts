import { StringDecoder } from 'node:string_decoder';
import { startGit } from '../../platform/git-process.js';

/** What a git command that failed said. */
export class GitFailure extends Error {
  constructor(
    readonly args: readonly string[],
    readonly exitCode: number | null,
    readonly stderr: string,
  ) {
    super(`git ${args[0]} ended with ${exitCode}: ${stderr.trim()}`);
    this.name = 'GitFailure';
  }
}

/**
 * The environment git runs in: nobody's configuration but the repository's
 * own, no hooks of it, no questions asked.
 */
export function gitEnvironment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    LANG: 'C.UTF-8',
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_CONFIG_COUNT: '6',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '*',
    GIT_CONFIG_KEY_1: 'core.hooksPath',
    GIT_CONFIG_VALUE_1: '/dev/null',
    GIT_CONFIG_KEY_2: 'http.receivepack',
    GIT_CONFIG_VALUE_2: 'true',
    // A push to the branch a person has checked out moves his files along, or is refused while he has changes.
    GIT_CONFIG_KEY_3: 'receive.denyCurrentBranch',
    GIT_CONFIG_VALUE_3: 'updateInstead',
    GIT_CONFIG_KEY_4: 'core.fsmonitor',
    GIT_CONFIG_VALUE_4: 'false',
    GIT_CONFIG_KEY_5: 'gc.auto',
    GIT_CONFIG_VALUE_5: '0',
    ...extra,
  };
}

type Options = { input?: string | Uint8Array; env?: Record<string, string> };

/** Runs git in a repository. @throws {GitFailure} */
export async function git(
  directory: string,
  args: readonly string[],
  options: Options = {},
): Promise<Buffer> {
  const output: Buffer[] = [];
  await run(directory, args, options, (chunk) => output.push(chunk));
  return Buffer.concat(output);
}

/**
 * What git writes, taken apart at its NULs, as it comes: between two chunks
 * others have their turn. @throws {GitFailure}
 */
export async function gitRecords(
  directory: string,
  args: readonly string[],
  onRecord: (record: string) => void,
): Promise<void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  await run(directory, args, {}, (chunk) => {
    const records = (rest + decoder.write(chunk)).split('\0');
    rest = records.pop() ?? '';
    records.forEach(onRecord);
  });
}

async function run(
  directory: string,
  args: readonly string[],
  { input, env }: Options,
  onOutput: (chunk: Buffer) => void,
): Promise<void> {
  // No name of git's has one, and no process is given one.
  if (args.some((each) => each.includes('\0'))) throw new GitFailure(args, 128, 'a NUL in an argument');
  const errors: Buffer[] = [];
  const { ended } = startGit({
    args,
    directory,
    env: gitEnvironment(env),
    input,
    onOutput,
    onErrorOutput: (chunk) => errors.push(chunk),
  });
  const code = await ended;
  if (code !== 0) throw new GitFailure(args, code, Buffer.concat(errors).toString());
}

export async function gitText(directory: string, args: readonly string[], input?: string): Promise<string> {
  return (await git(directory, args, { input })).toString().trim();
}
