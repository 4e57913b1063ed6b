import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { git, GitFailure, gitRecords, gitText } from './git.js';
import { TreeListings } from './tree-listings.js';

export type TreeEntry = {
  path: string;
  mode: string;
  type: 'blob' | 'tree' | 'commit';
  sha: string;
  size?: number;
};
export type Signature = { name: string; email: string; date: string };
export type Commit = {
  sha: string;
  tree: string;
  parents: string[];
  author: Signature;
  committer: Signature;
  message: string;
};
export type TreeChange = { path: string; mode: string; sha: string | null };

export const SHA = /^[0-9a-f]{40}$/;
export const ZERO = '0'.repeat(40);

/** The objects of one repository: read and written by git itself, so that every id is git's own. */
export class ObjectStore {
  readonly #listings = new TreeListings();

  constructor(readonly directory: string) {}

  /** The type of an object, or null where there is none. */
  async typeOf(name: string): Promise<string | null> {
    try {
      return await gitText(this.directory, ['cat-file', '-t', '--end-of-options', name]);
    } catch (error) {
      if (error instanceof GitFailure) return null;
      throw error;
    }
  }

  /** Whether this is the id of a tree that needs no git to be listed. */
  isListed(sha: string): boolean {
    return this.#listings.has(sha);
  }

  /** The commit or tree a name means, or null. */
  async resolve(name: string, type: 'commit' | 'tree'): Promise<string | null> {
    try {
      return await gitText(this.directory, [
        'rev-parse',
        '--verify',
        '--quiet',
        '--end-of-options',
        `${name}^{${type}}`,
      ]);
    } catch (error) {
      if (error instanceof GitFailure) return null;
      throw error;
    }
  }

  readBlob(sha: string): Promise<Buffer> {
    return git(this.directory, ['cat-file', 'blob', sha]);
  }

  async sizeOf(sha: string): Promise<number> {
    return Number(await gitText(this.directory, ['cat-file', '-s', sha]));
  }

  /** The one entry at a path of a tree, or null. */
  async entryAt(tree: string, path: string): Promise<TreeEntry | null> {
    const [entry] = await this.#list([tree, '--', path]);
    return entry?.path === path ? entry : null;
  }

  /** Where `.gitmodules` of a tree says the submodule at a path comes from, or null. */
  async submoduleUrl(tree: string, path: string): Promise<string | null> {
    const read = async (pattern: string): Promise<string[]> => {
      try {
        const found = await gitText(this.directory, [
          'config',
          '-z',
          '--blob',
          `${tree}:.gitmodules`,
          '--get-regexp',
          pattern,
        ]);
        return found.split('\0').filter(Boolean);
      } catch (error) {
        if (error instanceof GitFailure) return [];
        throw error;
      }
    };
    const byPath = (await read('^submodule[.].*[.]path$')).find((line) => line.split('\n')[1] === path);
    const section = byPath?.split('\n')[0]?.replace(/path$/, 'url');
    const urls = section ? await read('^submodule[.].*[.]url$') : [];
    return urls.find((line) => line.split('\n')[0] === section)?.split('\n')[1] ?? null;
  }

  async writeBlob(bytes: Uint8Array): Promise<string> {
    const written = await git(this.directory, ['hash-object', '-w', '-t', 'blob', '--stdin'], {
      input: bytes,
    });
    return written.toString().trim();
  }

  async listTree(sha: string, recursive: boolean): Promise<TreeEntry[]> {
    const known = this.#listings.list(sha, recursive);
    if (known) return known;
    const entries = await this.#list([...(recursive ? ['-r', '-t'] : []), sha]);
    if (recursive) this.#listings.remember(sha, entries);
    return entries;
  }

  async #list(what: readonly string[]): Promise<TreeEntry[]> {
    const entries: TreeEntry[] = [];
    const args = ['ls-tree', '-z', '--long', '--full-tree', ...what];
    await gitRecords(this.directory, args, (line) => {
      // `mode type id size`, the size aligned to the right, a tab, the path
      const tab = line.indexOf('\t');
      const afterType = line.indexOf(' ', 7);
      const type = line.slice(7, afterType) as TreeEntry['type'];
      const entry: TreeEntry = {
        path: line.slice(tab + 1),
        mode: line.slice(0, 6),
        type,
        sha: line.slice(afterType + 1, afterType + 41),
      };
      if (type === 'blob') entry.size = Number(line.slice(afterType + 42, tab));
      entries.push(entry);
    });
    return entries;
  }

  /**
   * A tree made from another by changes, in an index of its own.
   * @throws {GitFailure} where a path or an object cannot be
   */
  async writeTree(base: string | null, changes: readonly TreeChange[]): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'perch-forge-index-'));
    const env = { GIT_INDEX_FILE: join(folder, 'index') };
    try {
      if (base) await git(this.directory, ['read-tree', base], { env });
      const lines = changes
        .filter((change) => change.mode !== '040000')
        // Deletions first: a folder may become a file.
        .sort((one, other) => Number(one.sha !== null) - Number(other.sha !== null))
        .map((change) =>
          change.sha === null
            ? `0 ${ZERO}\t${change.path}\0`
            : `${change.mode} ${change.sha}\t${change.path}\0`,
        );
      if (lines.length > 0) {
        await git(this.directory, ['update-index', '--add', '--replace', '-z', '--index-info'], {
          env,
          input: lines.join(''),
        });
      }
      for (const change of changes.filter((each) => each.mode === '040000' && each.sha !== null)) {
        await git(this.directory, ['read-tree', `--prefix=${change.path}/`, change.sha!], { env });
      }
      return (await git(this.directory, ['write-tree'], { env })).toString().trim();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async readCommit(sha: string): Promise<Commit | null> {
    let raw: string;
    try {
      raw = (await git(this.directory, ['cat-file', 'commit', sha])).toString();
    } catch (error) {
      if (error instanceof GitFailure) return null;
      throw error;
    }
    const end = raw.indexOf('\n\n');
    const head = raw.slice(0, end).split('\n');
    const all = (name: string) =>
      head.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
    return {
      sha,
      tree: all('tree')[0]!,
      parents: all('parent'),
      author: parseSignature(all('author')[0]!),
      committer: parseSignature(all('committer')[0]!),
      message: raw.slice(end + 2).replace(/\n$/, ''),
    };
  }

  /** When each of these commits was made, in ISO's form; what is no commit is left out. */
  async commitDates(shas: readonly string[]): Promise<Map<string, string>> {
    const dates = new Map<string, string>();
    const batch = await git(this.directory, ['cat-file', '--batch'], { input: `${shas.join('\n')}\n` });
    for (let at = 0; at < batch.length;) {
      const endOfHead = batch.indexOf(0x0a, at);
      const [sha = '', type, size] = batch.toString('latin1', at, endOfHead).split(' ');
      at = endOfHead + 1;
      if (size === undefined) continue;
      const content = batch.toString('utf8', at, at + Number(size));
      const committed = type === 'commit' && /^committer .* (\d+) [+-]\d{4}$/m.exec(content);
      if (committed) dates.set(sha, toIso(Number(committed[1])));
      at += Number(size) + 1;
    }
    return dates;
  }

  async writeCommit(commit: Omit<Commit, 'sha'>): Promise<string> {
    const person = (role: 'AUTHOR' | 'COMMITTER', { name, email, date }: Signature) => ({
      [`GIT_${role}_NAME`]: name,
      [`GIT_${role}_EMAIL`]: email,
      [`GIT_${role}_DATE`]: date,
    });
    const made = await git(
      this.directory,
      ['commit-tree', commit.tree, ...commit.parents.flatMap((parent) => ['-p', parent])],
      {
        input: commit.message,
        env: { ...person('AUTHOR', commit.author), ...person('COMMITTER', commit.committer) },
      },
    );
    return made.toString().trim();
  }

  async isAncestor(ancestor: string, head: string): Promise<boolean> {
    try {
      await git(this.directory, ['merge-base', '--is-ancestor', ancestor, head]);
      return true;
    } catch (error) {
      if (error instanceof GitFailure && error.exitCode === 1) return false;
      throw error;
    }
  }

  async mergeBase(one: string, other: string): Promise<string | null> {
    try {
      return await gitText(this.directory, ['merge-base', one, other]);
    } catch (error) {
      if (error instanceof GitFailure) return null;
      throw error;
    }
  }

  /** Ids from newest to oldest: what `to` has and `from` does not. */
  async log(
    to: string,
    options: { from?: string; path?: string; limit: number; skip?: number },
  ): Promise<string[]> {
    const range = options.from ? `${options.from}..${to}` : to;
    const listed = await gitText(this.directory, [
      'rev-list',
      `--max-count=${options.limit}`,
      `--skip=${options.skip ?? 0}`,
      range,
      ...(options.path ? ['--', options.path] : ['--']),
    ]);
    return listed === '' ? [] : listed.split('\n');
  }

  /** Ids from oldest to newest: what `ref` has gained, and of these what no other ref has. */
  async gained(move: { ref: string; before: string | null; after: string }, limit: number) {
    const { ref, before, after } = move;
    const elsewhere = ['--not', `--exclude=${ref}`, '--glob=refs/*'];
    const list = async (args: string[]) => {
      const listed = await gitText(this.directory, [
        'rev-list',
        `--max-count=${limit}`,
        ...args,
        ...(before ? [`^${before}`] : []),
      ]);
      return listed === '' ? [] : listed.split('\n').reverse();
    };
    const [fresh, all] = await Promise.all([
      list([after, ...elsewhere]),
      before === null ? null : list([after]),
    ]);
    return { all: all ?? fresh, fresh: new Set(fresh) };
  }

  /** How many commits `to` has that `from` has not, and the other way round. */
  async distance(from: string, to: string): Promise<{ ahead: number; behind: number }> {
    const counted = await gitText(this.directory, ['rev-list', '--left-right', '--count', `${from}...${to}`]);
    const [behind = 0, ahead = 0] = counted.split('\t').map(Number);
    return { ahead, behind };
  }
}

/** Git's `Name <email> seconds zone` as GitHub's name, e-mail and ISO date. */
function parseSignature(line: string): Signature {
  const found = /^(.*) <(.*)> (\d+) [+-]\d{4}$/.exec(line);
  return {
    name: found?.[1] ?? '',
    email: found?.[2] ?? '',
    date: toIso(Number(found?.[3] ?? 0)),
  };
}

function toIso(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
