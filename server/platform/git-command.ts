import { CREDENTIALS_FD, startGit } from './git-process.js';

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

/** A failing command says what is wrong at once. */
const STDERR_BYTES = 10_000;

/**
 * Runs git with nobody's configuration but what stands here.
 *
 * SEC3 Credentials go through a pipe that only git's own credential question
 * reads: they are in no argument, environment, address or file.
 */
export async function runGit(args: readonly string[], options: Options): Promise<GitEnd> {
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
  const { credentials } = options;
  let stderr = '';
  let timedOut = false;
  const git = startGit({
    args: [...configuration.flatMap((each) => ['-c', each]), ...args],
    directory: options.directory,
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
    input: options.input,
    credentials: credentials && `username=${credentials.username}\npassword=${credentials.password}\n`,
    onOutput: (chunk) => {
      if (options.onOutput?.(chunk) === false) git.end();
    },
    onErrorOutput: (chunk) => {
      if (stderr.length < STDERR_BYTES) stderr += chunk.toString();
    },
  });
  const timer = setTimeout(() => {
    timedOut = true;
    git.end();
  }, options.timeoutMs);
  options.signal?.addEventListener('abort', git.end);
  try {
    return { code: await git.ended, stderr, timedOut };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', git.end);
  }
}
