import { checkoutOf, type Checkout } from './checkout.js';
import { git, GitFailure, gitText } from './git.js';
import { ObjectStore, ZERO } from './object-store.js';

export type RefUpdate = { ref: string; before: string | null; after: string | null; force: boolean };
export type Ref = { ref: string; sha: string; type: string };
export type Moved = { ref: string; before: string | null; after: string | null };

/** Why a ref was not moved, in the words GitHub has for it. */
export class RefRefused extends Error {
  constructor(
    readonly reason:
      | 'exists'
      | 'absent'
      | 'stale'
      | 'not-fast-forward'
      | 'invalid-name'
      | 'no-object'
      | 'checked-out'
      | 'protected',
    message: string,
  ) {
    super(message);
    this.name = 'RefRefused';
  }
}

const REFLOG_IDENTITY = { GIT_COMMITTER_NAME: 'Perch', GIT_COMMITTER_EMAIL: 'perch@perch.invalid' };

/**
 * The refs of one repository. Moves are compare-and-swap, one at a time. The
 * branch a person has checked out moves only with his files, and not at all
 * while they have changes: his work is never overwritten.
 */
export class RefStore {
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly directory: string,
    private readonly objects: ObjectStore,
  ) {}

  /** All whose names begin so. */
  async list(prefix: string): Promise<Ref[]> {
    // A pattern of git's ends where a part of a name does.
    const found = await this.#list(prefix.slice(0, prefix.lastIndexOf('/') + 1));
    return found.filter(({ ref }) => ref.startsWith(prefix));
  }

  /** The one ref of this name, or null. */
  async find(ref: string): Promise<Ref | null> {
    return (await this.#list(ref)).find((each) => each.ref === ref) ?? null;
  }

  async read(ref: string): Promise<string | null> {
    try {
      return await gitText(this.directory, ['rev-parse', '--verify', '--quiet', '--end-of-options', ref]);
    } catch (error) {
      if (error instanceof GitFailure) return null;
      throw error;
    }
  }

  async isValid(ref: string): Promise<boolean> {
    try {
      await git(this.directory, ['check-ref-format', ref]);
      return true;
    } catch (error) {
      if (error instanceof GitFailure) return false;
      throw error;
    }
  }

  /** The branch HEAD names, born or not. Of a detached head, the branch people would look for first. */
  async head(): Promise<string> {
    try {
      return await gitText(this.directory, ['symbolic-ref', '--short', 'HEAD']);
    } catch (error) {
      if (!(error instanceof GitFailure)) throw error;
      const branches = (await this.list('refs/heads/')).map(({ ref }) => ref.slice('refs/heads/'.length));
      return ['main', 'master'].find((name) => branches.includes(name)) ?? branches[0] ?? 'main';
    }
  }

  /** What a branch that is not there was renamed to, as git's own record of the branches says; null where it was not. */
  async renamed(branch: string): Promise<string | null> {
    const said = `Branch: renamed refs/heads/${branch} to `;
    const entries = await gitText(this.directory, [
      'log',
      '--walk-reflogs',
      '--branches',
      '--format=%gD%x00%gs',
      '--fixed-strings',
      `--grep-reflog=${said}`,
    ]);
    for (const entry of entries.split('\n')) {
      const [name = '', subject = ''] = entry.split('\0');
      if (subject.startsWith(said)) return name.replace(/^refs\/heads\//, '').replace(/@\{[^{}]*\}$/, '');
    }
    return null;
  }

  /** As a branch is renamed by hand, HEAD included; git's record of it is what leads on from the old name. */
  async rename(from: string, to: string): Promise<Moved[]> {
    if (!(await this.isValid(`refs/heads/${to}`)))
      throw new RefRefused('invalid-name', `${to} is not a valid branch name.`);
    const renamed = this.#last.then(async (): Promise<Moved[]> => {
      const sha = await this.read(`refs/heads/${from}`);
      if (sha === null) throw new RefRefused('absent', 'Branch not found');
      if ((await this.read(`refs/heads/${to}`)) !== null)
        throw new RefRefused('exists', `Branch ${to} already exists`);
      await git(this.directory, ['-c', 'core.logAllRefUpdates=always', 'branch', '--move', '--', from, to], {
        env: REFLOG_IDENTITY,
      });
      return [
        { ref: `refs/heads/${from}`, before: sha, after: null },
        { ref: `refs/heads/${to}`, before: null, after: sha },
      ];
    });
    this.#last = renamed.catch(() => {});
    return renamed;
  }

  async #list(pattern: string): Promise<Ref[]> {
    const format = '--format=%(refname)%00%(objectname)%00%(objecttype)';
    const listing = await gitText(this.directory, ['for-each-ref', format, pattern]);
    if (listing === '') return [];
    return listing.split('\n').map((line) => {
      const [ref = '', sha = '', type = ''] = line.split('\0');
      return { ref, sha, type };
    });
  }

  /** @throws {RefRefused} and nothing has moved */
  update(update: RefUpdate): Promise<Moved> {
    const done = this.#last.then(() => this.#update(update));
    this.#last = done.catch(() => {});
    return done;
  }

  async #update({ ref, before, after, force }: RefUpdate): Promise<Moved> {
    if (!(await this.isValid(ref))) throw new RefRefused('invalid-name', `${ref} is not a valid ref name.`);
    const now = await this.read(ref);
    if (now !== before) {
      if (now === null) throw new RefRefused('absent', 'Reference does not exist');
      if (before === null) throw new RefRefused('exists', 'Reference already exists');
      throw new RefRefused('stale', `Reference ${ref} is at ${now} and not at ${before}`);
    }
    const checkout = await checkoutOf(this.directory, ref);
    if (checkout && checkout.state !== 'here') throw inUse(checkout);
    if (after === null) {
      if (checkout)
        throw new RefRefused(
          'checked-out',
          `${ref} is checked out in ${checkout.folder} and cannot be deleted.`,
        );
      await git(this.directory, ['update-ref', '-d', ref, before ?? ZERO]);
      return { ref, before, after };
    }
    if (ref.startsWith('refs/heads/') && (await this.objects.typeOf(after)) !== 'commit') {
      throw new RefRefused('no-object', 'Object does not exist');
    }
    if (before !== null && !force && !(await this.objects.isAncestor(before, after))) {
      throw new RefRefused('not-fast-forward', 'Update is not a fast forward');
    }
    const from = async () =>
      before ?? (await gitText(this.directory, ['hash-object', '-t', 'tree', '-w', '--stdin']));
    if (checkout) {
      const old = await from();
      await this.#requireClean(old, after);
      // The files first: whatever ends us here leaves what is new as changes, and takes back nothing.
      await git(this.directory, ['read-tree', '-m', '-u', old, after]);
    }
    try {
      await git(this.directory, ['update-ref', ref, after, before ?? ZERO]);
    } catch (error) {
      if (checkout) await git(this.directory, ['read-tree', '-m', '-u', after, await from()]);
      if (!(error instanceof GitFailure)) throw error;
      // A push over HTTP came between our look and our move, or the name stands in another's way.
      throw new RefRefused(
        (await this.read(ref)) === before ? 'exists' : 'stale',
        'Reference cannot be updated',
      );
    }
    return { ref, before, after };
  }

  async #requireClean(from: string, after: string): Promise<void> {
    const advice = 'Commit or stash them there, then try again. Nothing was changed.';
    const changed = await gitText(this.directory, ['status', '--porcelain', '--untracked-files=no']);
    if (changed !== '') {
      throw new RefRefused(
        'checked-out',
        `This branch is checked out in ${this.directory}, and its working tree has changes. ${advice}`,
      );
    }
    try {
      await git(this.directory, ['read-tree', '--dry-run', '-m', '-u', from, after]);
    } catch (error) {
      if (!(error instanceof GitFailure)) throw error;
      throw new RefRefused(
        'checked-out',
        `Files in the working tree of ${this.directory} that git does not track are in the way. ${advice}`,
      );
    }
  }
}

function inUse({ folder, state }: Checkout): RefRefused {
  return new RefRefused(
    'checked-out',
    state === 'rebasing'
      ? `This branch is being rebased in ${folder}, checked out there until that ends. Finish or abort the rebase, then try again. Nothing was changed.`
      : `This branch is checked out in ${folder}, another worktree of this repository, which would not follow. Switch that to another branch, then try again. Nothing was changed.`,
  );
}
