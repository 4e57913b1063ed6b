import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Octokit } from 'octokit';
import { startGit } from '../../platform/git-process.js';
import { startForge, type ServedRepository } from '../forge.js';
import { GitFailure } from '../git/git.js';
import { OpenApiValidator } from './openapi-validator.js';

const ENV = {
  PATH: process.env.PATH ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_EDITOR: 'true',
  GIT_AUTHOR_NAME: 'Test',
  GIT_AUTHOR_EMAIL: 'test@example.com',
  GIT_COMMITTER_NAME: 'Test',
  GIT_COMMITTER_EMAIL: 'test@example.com',
};

/** Plain git, as somebody without any configuration runs it. */
export async function git(directory: string, ...args: string[]): Promise<string> {
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  const { ended } = startGit({
    args,
    directory,
    env: ENV,
    onOutput: (chunk) => output.push(chunk),
    onErrorOutput: (chunk) => errors.push(chunk),
  });
  const code = await ended;
  if (code !== 0) throw new GitFailure(args, code, Buffer.concat(errors).toString());
  return Buffer.concat(output).toString().trim();
}

/** A forge in a folder of its own, whose every answer to these clients is checked against GitHub's description. */
export async function startTestForge(options: Partial<Parameters<typeof startForge>[0]> = {}) {
  const root = await mkdtemp(join(tmpdir(), 'perch-forge-'));
  const forge = await startForge({
    stateDirectory: join(root, 'state'),
    users: ['ada', 'rob', 'eve'].map((login) => ({
      login,
      name: login,
      email: `${login}@example.com`,
      token: `token-of-${login}`,
    })),
    ...options,
  });
  const validator = new OpenApiValidator(forge.apiUrl);
  return {
    root,
    forge,
    /** Octokit without its own retries and waits, as one of the users. */
    client: (login = 'ada') =>
      new Octokit({
        auth: `token-of-${login}`,
        baseUrl: forge.apiUrl,
        request: { fetch: validator.fetch },
        retry: { enabled: false },
        throttle: { enabled: false },
        log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
      }),
    /** A checked-out repository with these files in one commit on `main`. */
    work: async (name: string, files: Record<string, string | Uint8Array>): Promise<string> => {
      const folder = join(root, name);
      await mkdir(folder);
      await git(folder, 'init', '--quiet', '--initial-branch=main');
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), content);
      }
      await git(folder, 'add', '.');
      await git(folder, 'commit', '--quiet', '-m', 'first');
      return folder;
    },
    serve: (name: string, path: string, more: Partial<ServedRepository> = {}) =>
      forge.addRepository({ owner: 'octo', name, path, ...more }),
    stop: async (): Promise<void> => {
      await forge.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

export type TestForge = Awaited<ReturnType<typeof startTestForge>>;
