import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runGit } from './git-command.js';

const GIT_TIMEOUT_MS = 60_000;

/** Puts these files, by their paths, into a folder that is gone afterwards. */
export async function withScratch<Result>(
  files: ReadonlyMap<string, string | Uint8Array>,
  run: (directory: string) => Promise<Result>,
): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), 'perch-merge-'));
  try {
    for (const [path, content] of files) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), content);
    }
    return await run(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** What git says there, and how it ended; a repository is none of its business. */
export async function askGit(
  directory: string,
  args: readonly string[],
): Promise<{ code: number; output: string }> {
  const chunks: Buffer[] = [];
  const { code, stderr, timedOut } = await runGit(args, {
    directory,
    timeoutMs: GIT_TIMEOUT_MS,
    onOutput: (chunk) => {
      chunks.push(chunk);
      return true;
    },
  });
  if (code === null || timedOut) throw new Error(`git ${args[0]} did not end: ${stderr}`);
  return { code, output: Buffer.concat(chunks).toString('utf8') };
}
