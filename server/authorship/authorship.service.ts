import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AuthService } from '../auth/auth.service.js';
import { DocumentHistoryService, type WrittenText } from '../document/document-history.service.js';
import { DocumentService } from '../document/document.service.js';
import { lineOrigins, settledHunks } from '../document/line-origins.js';
import { decodeTextFile } from '../document/text-file.js';
import { EventService } from '../event/event.service.js';
import { OverlayService } from '../file/overlay.service.js';
import { personOf, shaOf, UNNAMED_PUSHER } from '../platform/actor.js';
import { lineHunks } from '../platform/line-hunks.js';
import { ProtocolError } from '../protocol/error.js';
import type { FileLines, LineWriting } from '../protocol/lines.js';
import type { Account, Actor } from '../protocol/user.js';
import { WorkspaceService, type WorkspaceAccess } from '../workspace/workspace.service.js';
import { CommittedLinesService, deedsOf, type Blame } from './committed-lines.service.js';
import { LineTable, type Deed } from './line-table.js';

/** Answers that several people who look at the same text share. */
const REMEMBERED = 100;
/** Names and events in them are as old as this at most. */
const REMEMBERED_MS = 30_000;
/** An edit is told in the activity a moment after it is stored. */
const TOLD_MS = 5_000;

type Base = { commit: string; path: string; text: string };

/**
 * Who wrote each line of a file as it stands in its room (DOC9): what is not
 * committed as the rows of its document tell, what is committed as git tells.
 */
@Injectable()
export class AuthorshipService {
  readonly #answers = new LRUCache<string, Promise<FileLines>>({ max: REMEMBERED, ttl: REMEMBERED_MS });

  constructor(
    private readonly workspaces: WorkspaceService,
    private readonly overlays: OverlayService,
    private readonly documents: DocumentService,
    private readonly histories: DocumentHistoryService,
    private readonly committed: CommittedLinesService,
    private readonly events: EventService,
    private readonly auth: AuthService,
  ) {}

  /** @throws {ProtocolError} `not-found`, `not-text` */
  async lines(account: Account, workspaceId: string, path: string): Promise<FileLines> {
    const access = await this.workspaces.require(account, workspaceId, 'read');
    const { overlay, baseCommit } = await this.overlays.load(workspaceId, path);
    const file = overlay.files.get(path);
    if (!file) throw new ProtocolError('not-found', `${path} is not in this branch any more.`);
    if (file.objectId !== null) throw new ProtocolError('not-text', `${path} has no lines.`);
    const document = await this.documents.at(workspaceId, path);
    const basePath = overlay.basePath(file);
    const key = `${workspaceId} ${path} ${basePath} ${baseCommit} ${document?.id} ${document?.nextSeq}`;
    let answer = this.#answers.get(key);
    if (!answer) {
      answer = this.#derive(access, path, basePath, document?.id ?? null);
      this.#answers.set(key, answer);
      answer.catch(() => this.#answers.delete(key));
    }
    return answer;
  }

  async #derive(
    access: WorkspaceAccess,
    path: string,
    basePath: string | null,
    documentId: string | null,
  ): Promise<FileLines> {
    const base = basePath === null ? null : await this.#base(access, basePath);
    const written = documentId === null ? null : await this.histories.written(documentId);
    const table = new LineTable();
    const { lineCount, removals, hasBlame } = await this.#fill(table, access, base, written);
    return {
      baseCommit: base?.commit ?? null,
      lineCount,
      writings: await this.#named(access, path, table.deeds),
      runs: table.runs,
      removals,
      hasBlame,
    };
  }

  async #fill(
    table: LineTable,
    access: WorkspaceAccess,
    base: Base | null,
    written: WrittenText | null,
  ): Promise<Pick<FileLines, 'lineCount' | 'removals' | 'hasBlame'>> {
    const baseText = base?.text ?? '';
    const cleanSeq = written?.record.cleanSeq ?? 0;
    const text = written?.text ?? baseText;
    const lines = text.split('\n');
    const baseLines = baseText.split('\n');
    const authored = { text: lines, lines: written?.lines ?? [], removals: written?.removals ?? [] };
    const hunks = settledHunks(await lineHunks(baseText, text), baseLines, authored, cleanSeq);
    const origins = base ? lineOrigins(hunks, baseLines, lines) : lines.map(() => null);
    const place = base && { access, ...base };
    const blame = place && (await this.committed.blame(place));
    const known = lines.map((line, at) => {
      const touches = authored.lines[at] ?? [];
      const origin = origins[at] ?? null;
      if (!written || (at === lines.length - 1 && line === '')) return [];
      const commit = origin === null ? null : (blame?.[origin] ?? null);
      // Of a line that is as the base has it, only what led there counts; of an empty one git knows best.
      if (origin === null) return latestOf(written, touches);
      if (line === '' || !isLatestByPerson(written, touches, cleanSeq)) return [];
      return deedsOf(
        written,
        touches.filter(({ seq }) => seq <= cleanSeq),
        commit,
      );
    });
    const asked = origins.flatMap((origin, at) => {
      const commit = origin === null ? undefined : blame?.[origin];
      return commit && known[at]?.length === 0 && lines[at] !== '' ? [commit] : [];
    });
    const ours = place && asked.length > 0 ? await this.committed.authors(place, asked) : new Map();
    lines.forEach((_, at) => {
      const origin = origins[at] ?? null;
      const commit = origin === null ? undefined : blame?.[origin];
      let deeds = known[at] ?? [];
      if (deeds.length === 0 && commit) {
        deeds =
          (ours as Awaited<ReturnType<CommittedLinesService['authors']>>).get(commit.sha)?.(origin!) ?? [];
        if (deeds.length === 0) deeds = [byGit(commit)];
      }
      table.add(at + 1, deeds);
    });
    const removals = hunks
      .filter(({ count, toCount }) => count > 0 && toCount === 0)
      .map(({ to, count }) => {
        const [deed] = written
          ? deedsOf(
              written,
              authored.removals.filter(({ line, seq }) => line === to && seq > cleanSeq),
              null,
            )
          : [];
        return { after: to, count, writing: deed ? table.index(deed) : null };
      });
    return { lineCount: lines.length, removals, hasBlame: !base || blame !== null };
  }

  async #base({ workspaceId }: WorkspaceAccess, path: string): Promise<Base | null> {
    const base = await this.workspaces.readBase(workspaceId, path);
    if (!base) return null;
    const decoded = base.mode === '120000' || base.mode === '160000' ? null : decodeTextFile(base.bytes);
    if (decoded?.kind !== 'text') throw new ProtocolError('not-text', `${path} has no lines.`);
    return { commit: base.commit, path, text: decoded.text };
  }

  async #named(access: WorkspaceAccess, path: string, deeds: readonly Deed[]) {
    const { workspaceId, repository } = access;
    const people = await this.auth.peopleById([
      ...new Set(deeds.map(({ actor }) => personOf(actor)).filter((id) => id !== undefined)),
    ]);
    const shas = [...new Set(deeds.map(commitOf).filter((sha) => sha !== undefined))];
    const told = await this.events.about(workspaceId, path, shas);
    const untold = shas.filter((sha) => !told.some((each) => each.sha === sha));
    const pushes = await this.committed.pushesOf(access, path, untold);
    return deeds.map(({ actor, name, at, commit }): LineWriting => {
      const sha = commitOf({ actor, commit });
      const event = sha
        ? told.find((each) => each.sha === sha)
        : told.find((each) => each.sha === null && each.actor === actor && each.at <= at + TOLD_MS);
      return {
        actor: toActor(actor, name ?? event?.pusher ?? null, people),
        at: new Date(at).toISOString(),
        commit: commit && {
          sha: commit.sha,
          subject: commit.subject,
          url: repository.url && `${repository.url}/commit/${commit.sha}`,
        },
        eventSeq: event?.seq ?? pushes.get(sha ?? '') ?? null,
      };
    });
  }
}

/** Who touched a line that is not committed; where it was no person, the push it came with. */
function latestOf(written: WrittenText, touches: WrittenText['lines'][number]): Deed[] {
  const people = deedsOf(written, touches, null);
  if (people.length > 0) return people;
  const [latest] = touches.toSorted((one, other) => other.seq - one.seq);
  if (!latest) return [];
  const { actor, at } = written.writings[latest.writing]!;
  return [{ actor, name: null, at, commit: null }];
}

function isLatestByPerson(
  { writings }: WrittenText,
  touches: WrittenText['lines'][number],
  cleanSeq: number,
): boolean {
  const clean = touches.filter(({ seq }) => seq <= cleanSeq);
  const latest = Math.max(...clean.map(({ seq }) => seq));
  // Of a conflict that was decided one row is both: the person's who decided, and the push's that was accepted.
  return (
    clean.length > 0 &&
    clean.every(({ seq, writing }) => seq < latest || personOf(writings[writing]!.actor) !== undefined)
  );
}

/** The commit it is in, or that of the push it came with. */
function commitOf({ actor, commit }: Pick<Deed, 'actor' | 'commit'>): string | undefined {
  return commit?.sha ?? shaOf(actor);
}

function byGit(commit: Blame): Deed {
  return { actor: `git:${commit.sha}`, name: commit.author, at: Date.parse(commit.at), commit };
}

function toActor(
  stored: string,
  name: string | null,
  people: ReadonlyMap<string, { name: string; color: number }>,
): Actor {
  const id = personOf(stored);
  if (id !== undefined) {
    const person = people.get(id);
    return { kind: 'person', id, name: person?.name ?? 'someone who left', color: person?.color ?? 0 };
  }
  const sha = shaOf(stored);
  if (sha === undefined) return { kind: 'system', name: 'Perch' };
  return { kind: 'git', sha, name: name ?? UNNAMED_PUSHER };
}
