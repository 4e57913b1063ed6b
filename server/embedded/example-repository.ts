/**
 * The repository that Perch serves when nobody names one: a small browser game with a history and branches.
 *
 * Guarantee: the same files make the same commit ids everywhere, whatever git's configuration. The repository
 * appears whole or not at all, and one that is there is left alone.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type ExampleBranch, exampleHistory } from './example-history.js';

/** Makes it, bare, at `directory`. */
export async function createExampleRepository(directory: string): Promise<void> {
  if (existsSync(directory)) return;
  await mkdir(dirname(directory), { recursive: true });
  const unfinished = await mkdtemp(`${directory}.new-`);
  try {
    await git(['init', '--quiet', '--bare', '--initial-branch=main', unfinished]);
    await git(['-C', unfinished, 'fast-import', '--quiet'], await writeHistory(exampleHistory));
    await rename(unfinished, directory);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    // Another start may have been quicker.
    if (!existsSync(directory)) throw error;
  }
}

/** @returns a stream for git fast-import: bytes as they are, no index, no line-end conversion */
async function writeHistory(branches: readonly ExampleBranch[]): Promise<Buffer> {
  const stream: Buffer[] = [];
  const marks = new Map<string, number>();
  const write = (...parts: (string | Buffer)[]) => {
    for (const part of parts) stream.push(typeof part === 'string' ? Buffer.from(part) : part);
  };
  const writeData = (data: string | Buffer) => write(`data ${Buffer.byteLength(data)}\n`, data, '\n');

  for (const branch of branches) {
    let parent = branch.from === undefined ? undefined : marks.get(branch.from);
    for (const commit of branch.commits) {
      const mark = marks.size + 1;
      marks.set(commit.message, mark);
      const signature = `${commit.author} ${Date.parse(commit.date) / 1000} ${commit.date.slice(-6).replace(':', '')}`;
      write(`commit refs/heads/${branch.name}\nmark :${mark}\n`);
      write(`author ${signature}\ncommitter ${signature}\n`);
      writeData(`${commit.message}\n`);
      if (parent !== undefined) write(`from :${parent}\n`);
      const folders = [
        ...(commit.earlier ? [{ folder: join(files(), 'history', commit.earlier), below: ['.'] }] : []),
        { folder: join(files(), 'main'), below: commit.final ?? [] },
      ];
      for (const { folder, below } of folders) {
        for (const path of await listFiles(folder, below)) {
          // Not the mode on disk, which a zip file or another system may have lost.
          write(`M ${path.endsWith('.sh') ? '100755' : '100644'} inline ${path.normalize('NFC')}\n`);
          writeData(await readFile(join(folder, path)));
        }
      }
      parent = mark;
    }
  }
  return Buffer.concat(stream);
}

/** Paths with "/", relative to `folder`, sorted. */
async function listFiles(folder: string, below: readonly string[]): Promise<string[]> {
  const paths: string[] = [];
  for (const start of below) {
    const from = join(folder, start);
    if ((await stat(from)).isFile()) {
      paths.push(from);
      continue;
    }
    for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) paths.push(join(entry.parentPath, entry.name));
    }
  }
  return paths.map((path) => relative(folder, path).replaceAll(sep, '/')).sort();
}

async function git(args: string[], input: Buffer | '' = ''): Promise<void> {
  const child = spawn('git', args, {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
  });
  child.stdin.on('error', () => undefined); // It ended early; its exit code and its words say why.
  child.stdin.end(input);
  const [[code], said] = await Promise.all([
    once(child, 'close') as Promise<[number | null]>,
    text(child.stderr),
  ]);
  if (code !== 0) {
    throw new Error(`The example repository could not be made; git ended with code ${code}: ${said.trim()}`);
  }
}

/** They stand in the sources only; this file runs from `server/embedded` and from `dist/server/embedded`. */
function files(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return join(folder, 'server', 'embedded', 'example-repository');
}
