import { spawn } from 'node:child_process';

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

/** Runs git in a repository. @throws {GitFailure} */
export function git(
  directory: string,
  args: readonly string[],
  options: { input?: string | Uint8Array; env?: Record<string, string> } = {},
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, {
      cwd: directory,
      env: gitEnvironment(options.env),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(output));
      else reject(new GitFailure(args, code, Buffer.concat(errors).toString()));
    });
    // Git may end before it has read everything; its exit code says why.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
  });
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
  const child = spawn('git', args, {
    cwd: directory,
    env: gitEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const errors: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  let rest = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (chunk: string) => {
    const records = (rest + chunk).split('\0');
    rest = records.pop() ?? '';
    records.forEach(onRecord);
  });
  const code = await ended;
  if (code !== 0) throw new GitFailure(args, code, Buffer.concat(errors).toString());
}

export async function gitText(directory: string, args: readonly string[], input?: string): Promise<string> {
  return (await git(directory, args, { input })).toString().trim();
}
