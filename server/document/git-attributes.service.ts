import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runGit } from '../platform/git-command.js';
import { log } from '../platform/log.js';
import { BranchTextService, type BranchText } from './branch-text.service.js';

const ASKED = ['binary', 'text', 'eol', 'filter', 'linguist-language'] as const;
const GIT_TIMEOUT_MS = 10_000;
const REMEMBERED = 5_000;

/** What `.gitattributes` say of a file, as far as it concerns one that is read and committed as blobs. */
export type GitAttributes = {
  binary: boolean;
  /** Git keeps its lines with LF in the repository, whatever a checkout has. */
  isNormalized: boolean;
  /** Git LFS keeps its content elsewhere. */
  isLfs: boolean;
  /** What the file is written in, where its name does not say so. */
  language: string | null;
};

const NOTHING_SAID: GitAttributes = { binary: false, isNormalized: false, isLfs: false, language: null };

/**
 * GIT7 `.gitattributes` count as git reads them, uncommitted ones too: git
 * itself is asked, in an empty repository with nothing but these files.
 * Where it cannot be asked they say nothing, and every byte stays as it is.
 */
@Injectable()
export class GitAttributesService {
  readonly #known = new LRUCache<string, GitAttributes>({ max: REMEMBERED });

  constructor(private readonly texts: BranchTextService) {}

  async of(workspaceId: string, path: string): Promise<GitAttributes> {
    const files = await this.texts.above(workspaceId, path, '.gitattributes');
    if (files.length === 0) return NOTHING_SAID;
    const key = createHash('sha256')
      .update(JSON.stringify([path, files]))
      .digest('base64');
    const known = this.#known.get(key);
    if (known) return known;
    try {
      const said = (await askGit([path], files)).get(path) ?? new Map<string, string>();
      const attributes = toAttributes(said);
      this.#known.set(key, attributes);
      return attributes;
    } catch (error) {
      log.warn({ err: error }, 'git could not be asked for attributes; they count as not given');
      return NOTHING_SAID;
    }
  }

  /** Which of these paths Git LFS keeps: git is asked once for them all. */
  async lfsAmong(workspaceId: string, paths: readonly string[]): Promise<ReadonlySet<string>> {
    const files = new Map<string, BranchText>();
    for (const folder of new Set(paths.map((path) => path.slice(0, path.lastIndexOf('/') + 1))))
      for (const file of await this.texts.above(workspaceId, `${folder}x`, '.gitattributes'))
        files.set(file.path, file);
    if (![...files.values()].some(({ text }) => text.includes('lfs'))) return new Set();
    try {
      const said = await askGit(paths, [...files.values()]);
      return new Set(paths.filter((path) => said.get(path)?.get('filter') === 'lfs'));
    } catch (error) {
      log.warn({ err: error }, 'git could not be asked for attributes; they count as not given');
      return new Set();
    }
  }
}

/** What is said of each path, by the attribute's name. */
async function askGit(
  paths: readonly string[],
  files: readonly BranchText[],
): Promise<Map<string, Map<string, string>>> {
  const folder = await mkdtemp(join(tmpdir(), 'perch-attributes-'));
  try {
    // Not made by `git init`: three folders and a line are a repository.
    const repository = join(folder, 'git');
    const tree = join(folder, 'tree');
    for (const each of ['objects', 'refs']) await mkdir(join(repository, each), { recursive: true });
    await writeFile(join(repository, 'HEAD'), 'ref: refs/heads/main\n');
    for (const file of files) {
      await mkdir(join(tree, dirname(file.path)), { recursive: true });
      await writeFile(join(tree, file.path), file.text);
    }
    let output = '';
    const { code, stderr } = await runGit(
      [`--git-dir=${repository}`, `--work-tree=${tree}`, 'check-attr', '-z', '--stdin', ...ASKED],
      {
        directory: tree,
        timeoutMs: GIT_TIMEOUT_MS,
        input: paths.map((path) => `${path}\0`).join(''),
        onOutput: (chunk) => {
          output += chunk.toString();
          return true;
        },
      },
    );
    if (code !== 0) throw new Error(`git check-attr ended with ${code}: ${stderr}`);
    const fields = output.split('\0');
    const said = new Map(paths.map((path) => [path, new Map<string, string>()]));
    for (let at = 0; at + 2 < fields.length; at += 3)
      said.get(fields[at]!)?.set(fields[at + 1]!, fields[at + 2]!);
    return said;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function toAttributes(said: ReadonlyMap<string, string>): GitAttributes {
  const text = said.get('text');
  const eol = said.get('eol');
  const language = said.get('linguist-language');
  return {
    binary: said.get('binary') === 'set',
    // `eol` alone means text too, unless it is said to be none.
    isNormalized: text === 'set' || text === 'auto' || (text !== 'unset' && (eol === 'lf' || eol === 'crlf')),
    isLfs: said.get('filter') === 'lfs',
    language: language && !['unspecified', 'set', 'unset'].includes(language) ? language : null,
  };
}
