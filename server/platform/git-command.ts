import { spawn } from 'node:child_process';

export type GitEnd = { code: number | null; stderr: string; timedOut: boolean };

type Options = {
  directory: string;
  timeoutMs: number;
  /** For the server that is asked for them. */
  credentials?: { username: string; password: string };
  /** What it reads. */
  input?: string;
  /** Called with each piece of output; false ends the command. */
  onOutput?: (chunk: Buffer) => boolean;
  signal?: AbortSignal;
};

const CREDENTIALS_FD = 3;
/** A failing command says what is wrong at once. */
const STDERR_BYTES = 10_000;

/**
 * Runs git with nobody's configuration but what stands here.
 *
 * SEC3 Credentials go through a pipe that only git's own credential question
 * reads: they are in no argument, environment, address or file.
 */
export function runGit(args: readonly string[], options: Options): Promise<GitEnd> {
  const helper = `!answer() { test "$1" = get && cat <&${CREDENTIALS_FD}; }; answer`;
  const configuration = [
    'safe.directory=*',
    'core.hooksPath=/dev/null',
    'core.fsmonitor=false',
    'gc.autoDetach=false',
    'protocol.allow=never',
    'protocol.http.allow=always',
    'protocol.https.allow=always',
    // A password is for the server it was made for.
    'http.followRedirects=false',
    ...(options.credentials ? [`credential.helper=${helper}`] : []),
  ];
  return new Promise((resolve, reject) => {
    const child = spawn('git', [...configuration.flatMap((each) => ['-c', each]), ...args], {
      cwd: options.directory,
      env: {
        PATH: process.env.PATH,
        LANG: 'C.UTF-8',
        HOME: '/nonexistent',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_ATTR_NOSYSTEM: '1',
        GIT_TERMINAL_PROMPT: '0',
        GIT_CEILING_DIRECTORIES: options.directory,
      },
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', 'pipe'],
    });
    // One that ends without reading says why itself.
    child.stdin?.on('error', () => {});
    child.stdin?.end(options.input);
    let stderr = '';
    let timedOut = false;
    const end = (): void => void child.kill('SIGKILL');
    const timer = setTimeout(() => {
      timedOut = true;
      end();
    }, options.timeoutMs);
    options.signal?.addEventListener('abort', end);
    const pipe = child.stdio[CREDENTIALS_FD] as NodeJS.WritableStream;
    // Where nobody asks, nobody reads.
    pipe.on('error', () => {});
    const { credentials } = options;
    pipe.end(credentials ? `username=${credentials.username}\npassword=${credentials.password}\n` : '');
    child.stdout?.on('data', (chunk: Buffer) => {
      if (options.onOutput?.(chunk) === false) end();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      if (stderr.length < STDERR_BYTES) stderr += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', end);
      resolve({ code, stderr, timedOut });
    });
  });
}
