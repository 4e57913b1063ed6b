import { Injectable } from '@nestjs/common';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Config } from '../config.js';
import { GithubClient } from '../platform/github-client.js';
import { log } from '../platform/log.js';
import { ProtocolError } from '../protocol/error.js';
import type { WorkspaceAccess } from '../workspace/workspace.service.js';
import { runGit } from '../platform/git-command.js';

/** A large repository's first fetch. */
const FETCH_TIMEOUT_MS = 300_000;
const LOCAL_TIMEOUT_MS = 20_000;

/**
 * A bare, shallow clone of each repository that was searched, fetched by git
 * from the forge's clone address, one commit deep. It holds nothing that the
 * forge does not: it may be deleted at any time.
 */
@Injectable()
export class CloneCache {
  /** One fetch at a time of a repository. */
  readonly #turns = new Map<number, Promise<unknown>>();

  constructor(
    private readonly config: Config,
    private readonly github: GithubClient,
  ) {}

  /** @returns the clone's folder, which has the commit and all its files */
  async have(access: WorkspaceAccess, commit: string): Promise<string> {
    const { id } = access.repository;
    const before = this.#turns.get(id) ?? Promise.resolve();
    const turn = before.catch(() => {}).then(() => this.#fetch(access, commit));
    this.#turns.set(id, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(id) === turn) this.#turns.delete(id);
    }
  }

  async #fetch({ workspaceId, repository }: WorkspaceAccess, commit: string): Promise<string> {
    const directory = join(this.config.stateDirectory, 'search', `${repository.id}.git`);
    if (await this.#has(directory, commit)) return directory;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await runGit(['init', '--quiet', '--bare', '.'], { directory, timeoutMs: LOCAL_TIMEOUT_MS });
    const source = await this.github.getCloneSource(repository.owner, repository.repo);
    if (!source) throw unfetched(new Error('the repository is gone'));
    // The room's last commit alone is held; git clears away what no room has any more.
    const refspec = `+${commit}:refs/perch/${workspaceId}`;
    const { code, stderr } = await runGit(
      ['fetch', '--quiet', '--depth=1', '--no-tags', '--no-write-fetch-head', source.url, refspec],
      { directory, timeoutMs: FETCH_TIMEOUT_MS, credentials: source.credentials },
    );
    // Another process that shares this folder may have been faster.
    if (code === 0 || (await this.#has(directory, commit))) return directory;
    throw unfetched(new Error(`git fetch ended with ${code}: ${stderr}`));
  }

  async #has(directory: string, commit: string): Promise<boolean> {
    try {
      const { code } = await runGit(['cat-file', '-e', `${commit}^{tree}`], {
        directory,
        timeoutMs: LOCAL_TIMEOUT_MS,
      });
      return code === 0;
    } catch {
      // There is no such folder yet.
      return false;
    }
  }
}

function unfetched(cause: Error): ProtocolError {
  log.warn({ err: cause }, 'a repository could not be fetched to be searched');
  return new ProtocolError(
    'unavailable',
    'The branch’s files could not be fetched to be searched. Your work is kept; try again in a moment.',
    { cause },
  );
}
