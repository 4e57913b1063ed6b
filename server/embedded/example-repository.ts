import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

const AUTHORS = {
  ines: 'Ines Okafor <ines@perch-hop.example>',
  tomas: 'Tomás Lind <tomas@perch-hop.example>',
} as const;

/** The history: each commit adds what its paths match, so that the last one has everything. */
const HISTORY: { message: string; author: keyof typeof AUTHORS; paths: RegExp; branch?: string }[] = [
  {
    message: 'Start with a page and a loop',
    author: 'ines',
    paths: /^(README\.md|index\.html|package\.json|src\/(main|loop)\.js)$/,
    branch: 'fix/sound-volume',
  },
  {
    message: 'Draw the bird and the branches',
    author: 'tomas',
    paths: /^(assets\/.*\.png|src\/(sprites|bird|level)\.js)$/,
  },
  { message: 'Load the level from a Tiled map', author: 'tomas', paths: /\.tmj$/ },
  {
    message: 'Give it sound',
    author: 'ines',
    paths: /^(assets\/.*\.wav|src\/sound\.js)$/,
    branch: 'feat/double-jump',
  },
  {
    message: 'Style the page, write down who made what',
    author: 'ines',
    paths: /^(styles\.css|docs\/.*|CHANGELOG\.md)$/,
  },
  { message: 'Test how the bird flies', author: 'tomas', paths: /./ },
];

/**
 * Makes the example repository, bare, at `directory`, from the files beside
 * this one. The same files make the same commit ids everywhere. It appears
 * whole or not at all, and one that is there is left alone.
 */
export async function createExampleRepository(directory: string): Promise<void> {
  if (existsSync(directory)) return;
  const work = await mkdtemp(`${directory}.new-`);
  try {
    const tree = join(work, 'tree');
    await cp(filesFolder(), tree, { recursive: true });
    const git = (args: string[], env: Record<string, string> = {}) =>
      run('git', args, { cwd: tree, env: { ...gitEnvironment(), ...env } });
    await git(['init', '--quiet', '--initial-branch=main']);
    const files = await listFiles(tree);
    const added = new Set<string>();
    for (const [index, step] of HISTORY.entries()) {
      const paths = files.filter((path) => !added.has(path) && step.paths.test(path));
      for (const path of paths) added.add(path);
      if (paths.length === 0) continue;
      await git(['add', '--', ...paths]);
      const [, name, email] = /^(.*) <(.*)>$/.exec(AUTHORS[step.author])!;
      const date = `2026-03-${String(index + 2).padStart(2, '0')}T10:00:00Z`;
      await git(['commit', '--quiet', '-m', step.message], {
        GIT_AUTHOR_NAME: name!,
        GIT_AUTHOR_EMAIL: email!,
        GIT_AUTHOR_DATE: date,
        GIT_COMMITTER_NAME: name!,
        GIT_COMMITTER_EMAIL: email!,
        GIT_COMMITTER_DATE: date,
      });
      if (step.branch) await git(['branch', step.branch]);
    }
    await run('git', ['clone', '--quiet', '--bare', tree, join(work, 'bare')], { env: gitEnvironment() });
    await rename(join(work, 'bare'), directory);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !path.startsWith('.git/'))
    .sort();
}

function gitEnvironment(): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    // The files are what they are: line ends are part of the example.
    GIT_CONFIG_COUNT: '2',
    GIT_CONFIG_KEY_0: 'core.autocrlf',
    GIT_CONFIG_VALUE_0: 'false',
    GIT_CONFIG_KEY_1: 'safe.directory',
    GIT_CONFIG_VALUE_1: '*',
  };
}

/** The files stand in the sources only; this file runs from `server/` and from `dist/server/`. */
function filesFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return join(folder, 'server', 'embedded', 'example-repository');
}
