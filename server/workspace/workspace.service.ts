import { Injectable } from '@nestjs/common';
import { DatabaseConnection } from '../platform/database.js';
import type { Transaction } from '../../db/client.js';
import { EventService } from '../event/event.service.js';
import { personActor } from '../platform/actor.js';
import { ForgeTree } from '../platform/forge-tree.js';
import { GithubClient } from '../platform/github-client.js';
import type { ForgeRepository } from '../platform/github-repositories.js';
import { log } from '../platform/log.js';
import { ProtocolError } from '../protocol/error.js';
import type { FileMode, TreeEntry } from '../protocol/file.js';
import type { BranchRef } from '../protocol/repository.js';
import type { Account, Role } from '../protocol/user.js';
import type { RecentWorkspace, Workspace } from '../protocol/workspace.js';
import { AccessService, notFound, type Standing } from './access.service.js';
import { isLimited } from './forge-answers.js';
import { WorkspaceRepository } from './workspace.repository.js';

export type WorkspaceAccess = {
  workspaceId: string;
  repository: {
    id: number;
    nodeId: string;
    owner: string;
    repo: string;
    defaultBranch: string;
    url: string | null;
  };
  branch: string;
  /** The commit the overlay lies above; null in an empty repository. */
  baseCommit: string | null;
  role: Role;
};

type BaseEntry = TreeEntry & { commit: string };

/** A file of the base commit, and the commit it was read at. */
export type BaseFileContent = {
  bytes: Uint8Array;
  mode: FileMode;
  sha: string;
  size: number;
  commit: string;
};

const RECENT = 20;
/** Longer nobody waits at the door for a push that is large, or for a commit under way. */
const ENTRY_WAIT_MS = 5_000;

/** The room of a branch: who may enter, and the commit its overlay lies above. */
@Injectable()
export class WorkspaceService {
  #follow: ((workspaceId: string) => Promise<void>) | undefined;

  constructor(
    private readonly repository: WorkspaceRepository,
    private readonly access: AccessService,
    private readonly github: GithubClient,
    private readonly events: EventService,
    private readonly connection: DatabaseConnection,
  ) {}

  /** @throws {ProtocolError} `not-found` without the right to read, `forbidden` without the one needed (SEC1) */
  async require(account: Account, workspaceId: string, need: Role): Promise<WorkspaceAccess> {
    const found = await this.repository.find(workspaceId);
    if (!found) throw notFound('workspace');
    const { repository, role } = await this.access.requireById(
      account,
      found.workspace.repositoryId,
      need,
      'workspace',
    );
    return { ...toAccess(workspaceId, repository, found.workspace), role };
  }

  /** For work that no person asked for. */
  async find(workspaceId: string): Promise<Omit<WorkspaceAccess, 'role'>> {
    const found = await this.repository.find(workspaceId);
    if (!found) throw notFound('workspace');
    return toAccess(
      workspaceId,
      await this.access.findRepository(found.workspace.repositoryId),
      found.workspace,
    );
  }

  /** The room of a branch, where somebody has opened it. */
  async idOf(repositoryId: number, branch: string): Promise<string | null> {
    return (await this.repository.findByBranch(repositoryId, branch))?.id ?? null;
  }

  /** What brings a room to its branch's head before somebody comes in who sees that it stands elsewhere. */
  beforeEntry(follow: (workspaceId: string) => Promise<void>): void {
    this.#follow = follow;
  }

  /** Where somebody who is inside stands now. */
  async standing(account: Account, workspaceId: string): Promise<Standing> {
    const found = await this.repository.find(workspaceId);
    if (!found) return { kind: 'out', reason: 'withdrawn' };
    return this.access.standing(account, found.workspace.repositoryId);
  }

  onAccessChanged(listener: () => void): void {
    this.access.onChanged(listener);
  }

  /** Finds or makes the room of a branch, in the forge's own spelling (NAM1). */
  async open(account: Account, ref: BranchRef): Promise<Workspace> {
    const { repository, role } = await this.access.requireByName(account, ref.owner, ref.repo, 'read');
    const { owner, name: repo } = repository;
    let head = await this.#headOf(repository, ref.branch);
    if (head === null) {
      const renamed = await this.#renamed(repository, ref.branch);
      if (renamed !== null) return this.open(account, { ...ref, branch: renamed });
      head = await this.#headUnseen(repository, ref.branch);
    }
    if (head === null && !(await this.#mayBeOpenedWithoutHead(repository, ref.branch))) {
      throw new ProtocolError('not-found', `There is no branch ${ref.branch} in ${owner}/${repo}.`);
    }
    const { workspace } = await this.connection.transaction(async (transaction) => {
      const opened = await this.repository.findOrInsert(transaction, repository.id, ref.branch, head);
      if (opened.isNew) {
        await this.events.append(
          transaction,
          opened.workspace.id,
          'workspace.opened',
          personActor(account.id),
          { baseCommit: head },
        );
      }
      return opened;
    });
    const baseCommit = await this.#followed(workspace.id, workspace.baseCommit, head);
    await this.repository.visit(workspace.id, account.id);
    return {
      id: workspace.id,
      repositoryId: repository.id,
      owner,
      repo,
      branch: ref.branch,
      baseCommit,
      headCommit: head,
      role,
      url: isPublicForge(repository.url)
        ? `${repository.url}/tree/${ref.branch.split('/').map(encodeURIComponent).join('/')}`
        : null,
    };
  }

  async recent(account: Account): Promise<RecentWorkspace[]> {
    const rows = await this.repository.recent(account.id, RECENT);
    const visible = await Promise.all(
      rows.map(async ({ workspace, repository, openedAt }): Promise<RecentWorkspace | null> => {
        try {
          await this.access.requireById(account, repository.id, 'read', 'workspace');
        } catch (error) {
          // Rights may be gone since; what one may not see is not listed.
          if (error instanceof ProtocolError && error.code === 'not-found') return null;
          throw error;
        }
        const [changes, people] = await Promise.all([
          this.repository.changeCount(workspace.id),
          this.repository.present(workspace.id),
        ]);
        const { owner, name: repo } = repository;
        return { owner, repo, branch: workspace.branch, openedAt: openedAt.toISOString(), changes, people };
      }),
    );
    return visible.filter((each) => each !== null);
  }

  /** @param reach a path to be sure about, where the forge lists only a part of so large a tree */
  async baseTree(
    workspaceId: string,
    reach?: string,
  ): Promise<{ baseCommit: string | null; tree: ForgeTree }> {
    const { repository, baseCommit } = await this.find(workspaceId);
    if (baseCommit === null) return { baseCommit, tree: new ForgeTree() };
    const tree = await this.github.getTree(repository.owner, repository.repo, baseCommit, reach);
    return { baseCommit, tree };
  }

  /** What the base commit has at a path. @param commit an earlier base */
  async baseEntry(workspaceId: string, path: string, commit?: string | null): Promise<BaseEntry | null> {
    const { repository, baseCommit: base } = await this.find(workspaceId);
    const baseCommit = commit === undefined ? base : commit;
    if (baseCommit === null) return null;
    const tree = await this.github.getTree(repository.owner, repository.repo, baseCommit, path);
    const entry = tree.files.get(path);
    return entry ? { ...entry, commit: baseCommit } : null;
  }

  /** A file as the base commit has it, or null where it has none. @param commit an earlier base */
  async readBase(workspaceId: string, path: string, commit?: string | null): Promise<BaseFileContent | null> {
    const entry = await this.baseEntry(workspaceId, path, commit);
    if (!entry) return null;
    const bytes = await this.readEntry(workspaceId, entry);
    const { mode, sha } = entry;
    return { bytes, mode, sha, size: bytes.byteLength, commit: entry.commit };
  }

  /** The bytes of a file of any commit; of a submodule none. */
  async readEntry(workspaceId: string, { mode, sha }: TreeEntry): Promise<Uint8Array> {
    if (mode === '160000') return new Uint8Array();
    const { repository } = await this.find(workspaceId);
    return this.github.getBlob(repository.owner, repository.repo, sha);
  }

  /** The branch goes by another name from now on. False where that one has a room already. */
  rename(transaction: Transaction, workspaceId: string, branch: string): Promise<boolean> {
    return this.repository.rename(transaction, workspaceId, branch);
  }

  /** How many paths may lie above the base; none for certain where it is 0. */
  changeCount(workspaceId: string): Promise<number> {
    return this.repository.changeCount(workspaceId);
  }

  /** Compare-and-swap of the base, in the transaction of the commit that moves it. */
  moveBase(transaction: Transaction, workspaceId: string, from: string | null, to: string): Promise<boolean> {
    return this.repository.moveBase(transaction, workspaceId, from, to);
  }

  hasJustMoved(workspaceId: string, withinMs: number): Promise<boolean> {
    return this.repository.hasJustMoved(workspaceId, withinMs);
  }

  /** What cannot be brought in now is brought in later: the room opens on what it stands on. */
  async #followed(workspaceId: string, base: string | null, head: string | null): Promise<string | null> {
    if (head === base || !this.#follow) return base;
    let late: NodeJS.Timeout | undefined;
    const following = this.#follow(workspaceId).catch((error: unknown) => {
      log.warn({ err: error, workspaceId }, 'the room did not follow its branch; it is tried again');
    });
    await Promise.race([following, new Promise((resolve) => (late = setTimeout(resolve, ENTRY_WAIT_MS)))]);
    clearTimeout(late);
    return (await this.repository.find(workspaceId))?.workspace.baseCommit ?? null;
  }

  /** Where GitHub takes no more requests, a room that is known opens on what it stands on (GIT6). */
  async #headOf(repository: ForgeRepository, branch: string): Promise<string | null> {
    try {
      return await this.github.getBranchHead(repository.owner, repository.name, branch);
    } catch (error) {
      const existing = isLimited(error) && (await this.repository.findByBranch(repository.id, branch));
      if (!existing) throw error;
      return existing.baseCommit;
    }
  }

  /** What a branch is called by now that is not there: where its room has gone along, or the forge leads on (GIT3). */
  async #renamed(repository: ForgeRepository, branch: string): Promise<string | null> {
    const existing = await this.repository.findByBranch(repository.id, branch);
    if (existing) {
      await this.#followed(existing.id, existing.baseCommit, null);
      const now = (await this.repository.find(existing.id))?.workspace.branch ?? branch;
      if (now !== branch) return now;
      // It stays under its name with what lies in it.
      if ((await this.repository.changeCount(existing.id)) > 0) return null;
    }
    const name = await this.github.currentBranchName(repository.owner, repository.name, branch);
    return name === branch ? null : name;
  }

  /** A branch that is not there, and not known to have ended, is looked at again: until then its room opens as it is (GIT3). */
  async #headUnseen(repository: ForgeRepository, branch: string): Promise<string | null> {
    const existing = await this.repository.findByBranch(repository.id, branch);
    return existing && existing.branchState !== 'deleted' ? existing.baseCommit : null;
  }

  /** A repository may have no commit yet; and a branch's end never costs what people wrote above it (GIT3). */
  async #mayBeOpenedWithoutHead(repository: ForgeRepository, branch: string): Promise<boolean> {
    const existing = await this.repository.findByBranch(repository.id, branch);
    if (existing && (await this.repository.changeCount(existing.id)) > 0) return true;
    if (branch !== repository.defaultBranch) return false;
    return !(await this.github.hasBranches(repository.owner, repository.name));
  }
}

function toAccess(
  workspaceId: string,
  repository: ForgeRepository,
  workspace: { branch: string; baseCommit: string | null },
): Omit<WorkspaceAccess, 'role'> {
  const { id, nodeId, owner, name: repo, defaultBranch } = repository;
  const url = isPublicForge(repository.url) ? repository.url : null;
  return {
    workspaceId,
    repository: { id, nodeId, owner, repo, defaultBranch, url },
    branch: workspace.branch,
    baseCommit: workspace.baseCommit,
  };
}

/** The built-in forge has no pages to open. */
function isPublicForge(url: string): boolean {
  return url.startsWith('https://');
}
