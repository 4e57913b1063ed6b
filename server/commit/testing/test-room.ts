import { join } from 'node:path';
import { createTestDatabase } from '../../platform/testing/test-database.js';
import { repositories, repositoryMembers } from '../../../db/schema/repository.js';
import { users } from '../../../db/schema/user.js';
import { workspaces } from '../../../db/schema/workspace.js';
import { AuthorshipService } from '../../authorship/authorship.service.js';
import { CommittedLinesService } from '../../authorship/committed-lines.service.js';
import { AuthRepository } from '../../auth/auth.repository.js';
import { AuthService } from '../../auth/auth.service.js';
import { Secrets } from '../../auth/secret.js';
import { BranchDiscardService } from '../../branch-sync/branch-discard.service.js';
import { BranchRenameService } from '../../branch-sync/branch-rename.service.js';
import { BranchStateRepository } from '../../branch-sync/branch-state.repository.js';
import { BranchStateService } from '../../branch-sync/branch-state.service.js';
import { BranchSyncService } from '../../branch-sync/branch-sync.service.js';
import { ConflictRepository } from '../../branch-sync/conflict.repository.js';
import { ConflictResolveService } from '../../branch-sync/conflict-resolve.service.js';
import { ConflictService } from '../../branch-sync/conflict.service.js';
import { DocumentMergeService } from '../../branch-sync/document-merge.service.js';
import { MergeApplyService } from '../../branch-sync/merge-apply.service.js';
import { MergePlanService } from '../../branch-sync/merge-plan.service.js';
import { OldAnswerService } from '../../branch-sync/old-answer.service.js';
import { TextRecoveryService } from '../../branch-sync/text-recovery.service.js';
import { Config } from '../../config.js';
import { BranchTextService } from '../../document/branch-text.service.js';
import { DocumentClientRepository } from '../../document/document-client.repository.js';
import { DocumentOpener } from '../../document/document-opener.js';
import { DocumentUpdateRepository } from '../../document/document-update.repository.js';
import { DocumentRepository } from '../../document/document.repository.js';
import { DocumentRooms } from '../../document/document-rooms.js';
import { DocumentHistoryService } from '../../document/document-history.service.js';
import { DocumentService } from '../../document/document.service.js';
import { GitAttributesService } from '../../document/git-attributes.service.js';
import { StoredDocumentService } from '../../document/stored-document.service.js';
import { EventFeedService } from '../../event/event-feed.service.js';
import { EventRepository } from '../../event/event.repository.js';
import { EventService } from '../../event/event.service.js';
import { DirectoryObjectStore } from '../../object/directory-object-store.js';
import { ObjectRepository } from '../../object/object.repository.js';
import { ObjectService } from '../../object/object.service.js';
import { DocumentBytesService } from '../../file/document-bytes.service.js';
import { FileReplaceService } from '../../file/file-replace.service.js';
import { FilePlacementService } from '../../file/file-placement.service.js';
import { FileUploadService } from '../../file/file-upload.service.js';
import { EditBurstService } from '../../file/edit-burst.service.js';
import { FileChangeService } from '../../file/file-change.service.js';
import { FileContentService } from '../../file/file-content.service.js';
import { FileDiscardService } from '../../file/file-discard.service.js';
import { FileStyleService } from '../../file/file-style.service.js';
import { FileUndoService } from '../../file/file-undo.service.js';
import { FileRepository } from '../../file/file.repository.js';
import { FileService } from '../../file/file.service.js';
import { OverlayService } from '../../file/overlay.service.js';
import { personActor } from '../../platform/actor.js';
import { startForge, type Forge } from '../../forge/forge.js';
import type { ForgeLimits } from '../../forge/limits.js';
import { DatabaseConnection } from '../../platform/database.js';
import { ForgeAccountRepository } from '../../forge-account/forge-account.repository.js';
import { ForgeSignIn } from '../../forge-account/forge-sign-in.js';
import { ForgeTokenService } from '../../forge-account/forge-token.service.js';
import { PersonGithub } from '../../forge-account/person-github.js';
import { ForgeAddress } from '../../platform/forge-address.js';
import { GithubClient } from '../../platform/github-client.js';
import { NotificationListener } from '../../platform/notification-listener.js';
import { PresenceRepository } from '../../presence/presence.repository.js';
import { PresenceService } from '../../presence/presence.service.js';
import type { Account } from '../../protocol/user.js';
import { AccessService } from '../../workspace/access.service.js';
import { noForgeRights } from '../../workspace/testing/no-forge-rights.js';
import { RepositoryNameService } from '../../workspace/repository-name.service.js';
import { WorkspaceRepository } from '../../workspace/workspace.repository.js';
import { WorkspaceService } from '../../workspace/workspace.service.js';
import { CommitContentService } from '../commit-content.service.js';
import { CommitSettleService } from '../commit-settle.service.js';
import { CommitTidyService } from '../commit-tidy.service.js';
import { CommitFinishService } from '../commit-finish.service.js';
import { FirstCommitService } from '../first-commit.service.js';
import { CommitRepository } from '../commit.repository.js';
import { CommitService } from '../commit.service.js';
import { GitGithub, type InitialFile } from './git-github.js';

/** Where a real forge listens, and the token of its one user. */
type TestForge = { apiUrl: string; token: string; answers: Forge['answers'] };

/** The services of one process on a database, as the modules wire them. */
export async function startServices(url: string, git: GitGithub, forge?: TestForge) {
  const database = new DatabaseConnection(url);
  const notifications = await NotificationListener.start(url);
  const github = forge ? new GithubClient(forge) : git.client;
  const events = new EventService(new EventRepository(database));
  const workspaceRows = new WorkspaceRepository(database);
  const names = new RepositoryNameService(workspaceRows, events, database);
  const access = new AccessService(workspaceRows, github, notifications, noForgeRights(), names);
  const workspaces_ = new WorkspaceService(workspaceRows, access, github, events, database);
  const documentRecords = new DocumentRepository(database);
  const documentUpdates = new DocumentUpdateRepository(database);
  const documentClients = new DocumentClientRepository(database);
  const texts = new BranchTextService(documentRecords, documentUpdates, workspaces_);
  const attributes = new GitAttributesService(texts);
  const rooms = new DocumentRooms(documentUpdates, documentClients, notifications);
  const opener = new DocumentOpener(documentRecords, workspaces_, attributes);
  const documents = new DocumentService(
    documentRecords,
    documentUpdates,
    rooms,
    opener,
    workspaces_,
    database,
  );
  await rooms.onApplicationBootstrap();
  const histories = new DocumentHistoryService(documentRecords, documentUpdates, documentClients);
  const config = Config.load({}, []);
  const auth = new AuthService(new AuthRepository(database), database, new Secrets(config));
  // Nobody here has signed in at the forge.
  const signIn = new ForgeSignIn(config, new ForgeAddress('http://forge.invalid'));
  const people = new PersonGithub(
    new ForgeTokenService(new ForgeAccountRepository(database), signIn, auth, database),
    github,
  );
  const rows = new FileRepository(database);
  const overlays = new OverlayService(rows, database, workspaces_);
  const bursts = new EditBurstService(documents, events, rows, database);
  bursts.onModuleInit();
  const presenceRows = new PresenceRepository(database);
  const presence = new PresenceService(
    presenceRows,
    database,
    events,
    new EventFeedService(events, workspaces_, notifications),
    workspaces_,
    notifications,
  );
  const store = new DirectoryObjectStore(join(git.folder, 'objects'));
  const objects = new ObjectService(store, new ObjectRepository(database), database);
  const bytes = new DocumentBytesService(workspaces_, objects);
  const styles = new FileStyleService(texts, attributes, workspaces_);
  const files = new FileService(rows, overlays, workspaces_, documents, events, styles);
  const changes = new FileChangeService(
    rows,
    overlays,
    workspaces_,
    documents,
    histories,
    auth,
    objects,
    bytes,
  );
  const stored = new StoredDocumentService(documentRecords, documentUpdates);
  const contents = new FileContentService(rows, workspaces_, documents, objects, bytes);
  const discards = new FileDiscardService(
    rows,
    overlays,
    workspaces_,
    documents,
    stored,
    events,
    bursts,
    database,
  );
  const undos = new FileUndoService(rows, overlays, workspaces_, documents, stored, events, bursts, database);
  const replacements = new FileReplaceService(rows, workspaces_, documents, events, bursts, database);
  const placements = new FilePlacementService(rows, overlays, workspaces_, documents);
  const uploads = new FileUploadService(
    overlays,
    workspaces_,
    placements,
    objects,
    replacements,
    events,
    styles,
  );
  const conflictRows = new ConflictRepository(database);
  const conflicts = new ConflictService(conflictRows, workspaces_, stored);
  const merging = new DocumentMergeService(stored, github);
  const renames = new BranchRenameService(workspaces_, github, events, database);
  const plans = new MergePlanService(overlays, documents, merging, objects, conflictRows, github);
  const applying = new MergeApplyService(overlays, workspaces_, stored, conflictRows, events);
  const stateRows = new BranchStateRepository(database);
  const oldAnswers = new OldAnswerService(stateRows, workspaces_, github);
  const sync = new BranchSyncService(workspaces_, plans, applying, renames, oldAnswers, github, database);
  const texts_ = new TextRecoveryService(undos, files, stored, conflictRows, workspaces_, events, database);
  const branchDiscards = new BranchDiscardService(
    stateRows,
    workspaces_,
    overlays,
    changes,
    discards,
    undos,
    texts_,
    events,
    database,
  );
  const branches = new BranchStateService(
    stateRows,
    sync,
    branchDiscards,
    workspaces_,
    people,
    events,
    database,
  );
  const resolving = new ConflictResolveService(conflictRows, workspaces_, stored, overlays, events, database);
  const commitRows = new CommitRepository(database);
  const finishing = new CommitFinishService(commitRows, overlays, workspaces_, documents, events, bursts);
  const settling = new CommitSettleService(commitRows, finishing, sync, workspaces_, github, database);
  const commits = new CommitService(
    commitRows,
    new CommitContentService(documents, bytes, objects),
    new CommitTidyService(styles, documents, workspaces_, presence),
    finishing,
    settling,
    new FirstCommitService(github),
    sync,
    branches,
    conflicts,
    workspaces_,
    changes,
    overlays,
    events,
    auth,
    github,
    people,
    database,
  );
  const authorship = new AuthorshipService(
    workspaces_,
    overlays,
    documents,
    histories,
    new CommittedLinesService(commits, histories, events, github),
    events,
    auth,
  );
  sync.onModuleInit();
  branches.onModuleInit();
  settling.onModuleInit();
  return {
    database,
    notifications,
    events,
    workspaces: workspaces_,
    documents,
    files,
    changes,
    contents,
    styles,
    discards,
    undos,
    uploads,
    objects,
    store,
    authorship,
    histories,
    commits,
    settling,
    commitRows,
    sync,
    branches,
    branchDiscards,
    conflicts,
    resolving,
    plans,
    applying,
    overlays,
    presenceRows,
    async stop(): Promise<void> {
      bursts.beforeApplicationShutdown();
      settling.beforeApplicationShutdown();
      await documents.beforeApplicationShutdown();
      await notifications.onApplicationShutdown();
      await database.onApplicationShutdown();
    },
  };
}

export type Services = Awaited<ReturnType<typeof startServices>>;

/** A database, a repository, alice (who owns it) and bob (who may write), and the services of one process. */
export async function createTestRoom(
  initial: Record<string, InitialFile>,
  { onForge = false, limits }: { onForge?: boolean; limits?: Partial<ForgeLimits> } = {},
) {
  const database = await createTestDatabase();
  const git = new GitGithub(initial);
  const served = onForge ? await serve(git, limits) : undefined;
  const services = await startServices(database.url, git, served?.forge);
  const { database: db } = services.database;
  const found = await served?.client.getRepository('acme', 'game');
  const repository = found ?? git.repository();
  await db.insert(repositories).values({ ...repository });
  const people = await db
    .insert(users)
    .values([
      { name: 'Alice', email: 'alice@example.com', color: 0, isOwner: true },
      { name: 'Bob', email: 'bob@example.com', color: 1 },
    ])
    .returning();
  const [alice, bob] = people.map(({ id, name, email, color, isOwner }): Account => {
    return { id, name, email, color, isOwner };
  });
  if (!alice || !bob) throw new Error('two people were not made');
  await db.insert(repositoryMembers).values({ repositoryId: repository.id, userId: bob.id, role: 'write' });
  let count = 0;
  const open = async (branch: string) => {
    const [workspace] = await db
      .insert(workspaces)
      .values({ repositoryId: repository.id, branch, baseCommit: git.git('rev-parse', branch) })
      .returning();
    if (!workspace) throw new Error('a workspace was not made');
    const id = workspace.id;
    return {
      id,
      branch,
      /** Turns the text of a file into another, as one person. */
      async edit(account: Account, path: string, change: (text: string) => string): Promise<string> {
        const access = await services.workspaces.require(account, id, 'write');
        const { id: documentId } = await services.documents.open(access, path);
        const { text } = await services.documents.read(documentId);
        await services.documents.replaceText(documentId, change(text), personActor(account.id));
        return documentId;
      },
      paths: async () =>
        (await services.changes.changes(alice, id)).map((each) => `${each.status} ${each.path}`),
    };
  };
  const shared = { ...services, url: database.url, forge: served?.forge, git, alice, bob };
  return {
    ...shared,
    ...(await open('main')),
    /** The same as a new room, where the database and its processes may be shared: of a branch that is where main is. */
    async another() {
      const branch = `room-${++count}`;
      git.git('update-ref', `refs/heads/${branch}`, 'main');
      return { ...shared, ...(await open(branch)) };
    },
    async drop(): Promise<void> {
      await services.stop();
      await served?.stop();
      await database.drop();
      git.remove();
    },
  };
}

/** The built-in forge over this repository, reached as github.com would be. */
async function serve(git: GitGithub, limits?: Partial<ForgeLimits>) {
  const token = 'a-token-for-tests';
  const server = await startForge({
    stateDirectory: join(git.folder, 'forge'),
    users: [{ login: 'perch', name: 'Perch', email: 'perch@perch.invalid', token }],
    limits,
  });
  await server.addRepository({ owner: 'acme', name: 'game', path: git.bare });
  const forge: TestForge = { apiUrl: server.apiUrl, token, answers: server.answers };
  return { forge, client: new GithubClient(forge), stop: () => server.stop() };
}

export type TestRoom = Awaited<ReturnType<typeof createTestRoom>>;
