import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { findRenames } from '../branch-sync/renames.js';
import { treeDifferences, treesOf } from '../branch-sync/tree-differences.js';
import { GithubClient } from '../platform/github-client.js';
import { ProtocolError } from '../protocol/error.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import type { Merge } from './trail.repository.js';

const REMEMBERED = 5_000;

/** Which file a push from outside has given a name, by git's own detection. It never changes, so it is remembered. */
@Injectable()
export class RenameService {
  readonly #known = new LRUCache<string, { from: string | null }>({ max: REMEMBERED });

  constructor(
    private readonly workspaces: WorkspaceService,
    private readonly github: GithubClient,
  ) {}

  /** @returns null where it gave it none, or the forge does not say */
  async renamedFrom(workspaceId: string, merge: Merge, name: string): Promise<string | null> {
    const key = `${merge.fromCommit} ${merge.toCommit} ${name}`;
    const known = this.#known.get(key);
    if (known) return known.from;
    try {
      const from = await this.#find(workspaceId, merge, name);
      this.#known.set(key, { from });
      return from;
    } catch (error) {
      if (error instanceof ProtocolError) return null;
      throw error;
    }
  }

  async #find(workspaceId: string, { fromCommit, toCommit }: Merge, name: string): Promise<string | null> {
    if (fromCommit === null) return null;
    const { owner, repo } = (await this.workspaces.find(workspaceId)).repository;
    const { before, after } = await treesOf(this.github, { owner, repo }, fromCommit, toCommit);
    if (before.files.has(name) || !after.files.has(name)) return null;
    const differences = await treeDifferences(before, after);
    const candidates = new Map(
      [...differences].filter(([path, difference]) => path === name || difference.after === null),
    );
    const renames = await findRenames(
      candidates,
      () => true,
      (sha) => this.github.getBlob(owner, repo, sha),
    );
    return [...renames].find(([, to]) => to === name)?.[0] ?? null;
  }
}
