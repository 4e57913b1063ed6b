import { Injectable } from '@nestjs/common';
import { AuthService } from '../auth/auth.service.js';
import { BranchStateService, refusalOf } from '../branch-sync/branch-state.service.js';
import { BranchSyncService } from '../branch-sync/branch-sync.service.js';
import { withCommitLock } from '../branch-sync/commit-lock.js';
import { ConflictService } from '../branch-sync/conflict.service.js';
import { EventService } from '../event/event.service.js';
import { FileChangeService, type PendingChange } from '../file/file-change.service.js';
import { OverlayService } from '../file/overlay.service.js';
import { PersonGithub } from '../forge-account/person-github.js';
import { personActor } from '../platform/actor.js';
import { DatabaseConnection } from '../platform/database.js';
import { GithubClient } from '../platform/github-client.js';
import { log } from '../platform/log.js';
import type { CommitCreated, CommitCreation, CommitPreview, Signature } from '../protocol/commit.js';
import { ProtocolError } from '../protocol/error.js';
import type { Account } from '../protocol/user.js';
import { WorkspaceService, type WorkspaceAccess } from '../workspace/workspace.service.js';
import { CommitContentService, refuseHalfChanges } from './commit-content.service.js';
import { CommitFinishService } from './commit-finish.service.js';
import { CommitSettleService } from './commit-settle.service.js';
import { commitMessage, distinctCoAuthors } from './commit-message.js';
import { CommitTidyService } from './commit-tidy.service.js';
import { FirstCommitService } from './first-commit.service.js';
import { CommitRepository, type CommitRecord } from './commit.repository.js';

/** A commit that was made here, and the texts it is of. */
export type MadeCommit = Pick<CommitRecord, 'sha' | 'files'>;

const MOVED =
  'The branch moved on GitHub since the last commit here. Nothing was overwritten; your work is kept here.';

/** So often a commit is made anew because somebody else pushed in between. */
const ATTEMPTS = 5;

/**
 * Makes a commit of the overlay by compare-and-swap on the branch's head
 * (GIT1). What is to be committed is written down before the branch moves, so
 * whatever breaks on the way, looking at the branch tells whether the commit
 * was made, and the overlay follows it exactly once.
 */
@Injectable()
export class CommitService {
  constructor(
    private readonly commits: CommitRepository,
    private readonly contents: CommitContentService,
    private readonly tidying: CommitTidyService,
    private readonly finishing: CommitFinishService,
    private readonly settling: CommitSettleService,
    private readonly first: FirstCommitService,
    private readonly sync: BranchSyncService,
    private readonly branches: BranchStateService,
    private readonly conflicts: ConflictService,
    private readonly workspaces: WorkspaceService,
    private readonly changes: FileChangeService,
    private readonly overlays: OverlayService,
    private readonly events: EventService,
    private readonly auth: AuthService,
    private readonly github: GithubClient,
    private readonly people: PersonGithub,
    private readonly database: DatabaseConnection,
  ) {}

  async preview(account: Account, workspaceId: string, paths: readonly string[]): Promise<CommitPreview> {
    const access = await this.workspaces.require(account, workspaceId, 'write');
    const { overlay, baseCommit } = await this.overlays.load(workspaceId);
    const chosen = choose(await this.changes.pending(workspaceId, overlay), paths);
    const { owner, repo } = access.repository;
    const author = await this.#signature(account);
    return {
      author,
      coAuthors: await this.#coAuthors(author, chosen),
      head: await this.github.getBranchHead(owner, repo, access.branch),
      baseCommit,
    };
  }

  /** @throws {ProtocolError} `conflict` where the branch moved, `unprocessable` where there is nothing to commit */
  async commit(account: Account, workspaceId: string, wanted: CommitCreation): Promise<CommitCreated> {
    await this.workspaces.require(account, workspaceId, 'write');
    return withCommitLock(this.database.url, workspaceId, async () => {
      let { paths } = wanted;
      for (let attempt = 1; ; attempt++) {
        await this.branches.requireThere(workspaceId);
        // Asked again under the lock: the base may have moved while we waited for it.
        let access = await this.workspaces.require(account, workspaceId, 'write');
        if (await this.settling.settle(access))
          access = await this.workspaces.require(account, workspaceId, 'write');
        // Nothing tells of another first commit before ours would be refused.
        if (access.baseCommit === null) await this.sync.bringIn(workspaceId);
        const room = access;
        const record = await this.people.as(account, (github) =>
          this.#prepare(github, account, room, { ...wanted, paths }),
        );
        if (await this.#movedTo(account, access, record)) return this.#finish(access, record);
        // Somebody else pushed in between: their commit comes in, and ours is made on top of it.
        const look = await this.sync.bringIn(workspaceId);
        const refusal = refusalOf(look);
        if (refusal) throw refusal;
        // Where it answers with an old head, to look at once again says nothing new.
        if (attempt === ATTEMPTS || look.isOld) throw await this.#refusal(record, look.head);
        paths = paths.map((path) => look.moved.get(path) ?? path);
      }
    });
  }

  /** Those of these commits that were made here. */
  made(repositoryId: number, shas: readonly string[]): Promise<MadeCommit[]> {
    return this.commits.made(repositoryId, shas);
  }

  async #finish(access: WorkspaceAccess, record: CommitRecord): Promise<CommitCreated> {
    await this.finishing.finish(record).catch((error: unknown) => {
      // The commit is made; the overlay follows as soon as the database is back.
      log.warn({ err: error, workspaceId: access.workspaceId }, 'a commit was made and is not followed yet');
      this.settling.soon();
    });
    return {
      sha: record.sha,
      url: access.repository.url && `${access.repository.url}/commit/${record.sha}`,
      committedPaths: record.files.map((file) => file.path),
    };
  }

  async #movedTo(account: Account, access: WorkspaceAccess, record: CommitRecord): Promise<boolean> {
    try {
      return await this.#move(account, access, record);
    } catch (error) {
      // Whether it was made may not be known yet: it is looked at again.
      this.settling.soon();
      throw error;
    }
  }

  /** Everything up to the branch's move: blobs, tree and commit on the forge, and what is intended in the database. */
  async #prepare(
    github: GithubClient,
    account: Account,
    access: WorkspaceAccess,
    { message, paths, shownEmails }: CommitCreation,
  ): Promise<CommitRecord> {
    const { workspaceId } = access;
    const { overlay, baseCommit } = await this.overlays.load(workspaceId);
    let chosen = choose(await this.changes.pending(workspaceId, overlay), paths);
    if (await this.tidying.tidy(account, workspaceId, chosen))
      chosen = choose(await this.changes.pending(workspaceId, overlay), paths);
    if (chosen.length === 0)
      throw new ProtocolError(
        'unprocessable',
        'None of these files differs from the last commit, so there is nothing to commit.',
      );
    await this.conflicts.refuseOpen(
      workspaceId,
      chosen.map(({ path, document }) => ({ path, documentId: document?.id ?? null })),
    );
    refuseHalfChanges(overlay, chosen);
    const { owner, repo } = access.repository;
    const author = await this.#signature(account);
    if (baseCommit === null) await this.first.prepare(github, access, author);
    const { tree, files } = await this.contents.collect(github, access, chosen);
    const base = baseCommit === null ? null : await this.github.getCommit(owner, repo, baseCommit);
    if (baseCommit !== null && !base)
      throw new ProtocolError('conflict', `${MOVED} The commit it stands on is gone from GitHub.`);
    const treeSha = await github.createTree(owner, repo, base?.tree ?? null, tree);
    if (treeSha === base?.tree)
      throw new ProtocolError('unprocessable', 'These changes cancel out, so there is nothing to commit.');
    const coAuthors = await this.#coAuthors(author, chosen);
    refuseUnseen([author, ...coAuthors], shownEmails);
    const whole = commitMessage(message, coAuthors);
    const sha = await github.createCommit(owner, repo, {
      message: whole,
      tree: treeSha,
      parents: baseCommit === null ? [] : [baseCommit],
      author,
    });
    return this.commits.intend({
      workspaceId,
      userId: account.id,
      sha,
      parentSha: baseCommit,
      message: whole,
      files,
    });
  }

  /** Moves the branch from the record's parent to its commit; false where it stands elsewhere by now. Or throws with nothing moved. */
  async #move(account: Account, access: WorkspaceAccess, record: CommitRecord): Promise<boolean> {
    let outcome: 'moved' | 'head-moved';
    try {
      const update = {
        repositoryNodeId: access.repository.nodeId,
        branch: access.branch,
        afterOid: record.sha,
        ...(record.parentSha === null
          ? { beforeOid: await this.first.placeholder(access), force: true }
          : { beforeOid: record.parentSha }),
      };
      outcome = await this.people.as(account, (github) => github.updateRef(update));
    } catch (error) {
      const fate = await this.settling.fateOf(access, { ...record, isNew: true });
      if (fate === 'made') return true;
      // The forge's own no is one; where no answer came, what it shows now may be from before.
      const isAnswered = error instanceof ProtocolError && error.code !== 'forge';
      if (fate === 'not-made' || isAnswered) await this.commits.settle(record.id, 'refused');
      if (error instanceof ProtocolError) throw error;
      throw new ProtocolError(
        'forge',
        'GitHub did not say that it took the commit, and does not show it. Your work is kept here; try again.',
        { cause: error },
      );
    }
    // An answer that was lost and asked for again says that the head has moved: to our commit.
    if (outcome === 'moved' || (await this.settling.fateOf(access, { ...record, isNew: true })) === 'made')
      return true;
    await this.commits.settle(record.id, 'refused');
    return false;
  }

  /** It stands elsewhere, and what stands there cannot be brought in: everybody is told. */
  async #refusal(record: CommitRecord, head: string | null): Promise<ProtocolError> {
    const { workspaceId, userId, parentSha: baseCommit } = record;
    await this.database.transaction((transaction) =>
      this.events.append(transaction, workspaceId, 'branch.moved', personActor(userId), { head, baseCommit }),
    );
    return new ProtocolError('conflict', MOVED);
  }

  async #coAuthors(author: Signature, chosen: readonly PendingChange[]): Promise<Signature[]> {
    const ids = [...new Set(chosen.flatMap((change) => change.authors))];
    return distinctCoAuthors(author, [...(await this.auth.signaturesById(ids)).values()]);
  }

  async #signature({ id, name, email }: Account): Promise<Signature> {
    return (await this.auth.signaturesById([id])).get(id) ?? { name, email };
  }
}

function choose(pending: readonly PendingChange[], paths: readonly string[]): PendingChange[] {
  const chosen = new Set(paths);
  return pending.filter((change) => chosen.has(change.path));
}

/** Nobody's address is made public that the person was not shown. */
function refuseUnseen(authors: readonly Signature[], shown: readonly string[] | undefined): void {
  const unseen = authors.filter(({ email }) => shown && !shown.includes(email));
  if (unseen.length === 0) return;
  const names = unseen.map(({ name }) => name).join(', ');
  throw new ProtocolError(
    'conflict',
    `${names} has written here since you looked, so nothing was committed. Look at who is named and commit again.`,
  );
}
