import { Injectable } from '@nestjs/common';
import { CommitService, type MadeCommit } from '../commit/commit.service.js';
import type { Touch } from '../document/authored-text.js';
import { DocumentHistoryService, type WrittenText } from '../document/document-history.service.js';
import { lineOrigins } from '../document/line-origins.js';
import { EventService } from '../event/event.service.js';
import { personOf } from '../platform/actor.js';
import type { BlamedLines } from '../platform/github-blames.js';
import { GithubClient } from '../platform/github-client.js';
import { lineHunks } from '../platform/line-hunks.js';
import { log } from '../platform/log.js';
import type { WorkspaceAccess } from '../workspace/workspace.service.js';
import type { Deed } from './line-table.js';

/** Of the commits that Perch made, so many of the newest are looked into; of older ones their author is named. */
const LOOKED_INTO = 20;
/** Of the pushes that may have brought a commit here, so many of the latest are asked about. */
const PUSHES_ASKED = 20;
/** The latest have brought most of what is asked for: those before them are asked about for what is left. */
const ASKED_AT_ONCE = 5;

export type Blame = BlamedLines['commit'];
type Place = { access: WorkspaceAccess; commit: string; path: string; text: string };

/** Who wrote what is committed: as git says, and of Perch's own commits as their documents know. */
@Injectable()
export class CommittedLinesService {
  constructor(
    private readonly commits: CommitService,
    private readonly histories: DocumentHistoryService,
    private readonly events: EventService,
    private readonly github: GithubClient,
  ) {}

  /** The commit of each line; null where the forge does not say. */
  async blame({ access, commit, path }: Place): Promise<Blame[] | null> {
    const { owner, repo } = access.repository;
    try {
      const ranges = await this.github.blame(owner, repo, commit, path);
      if (!ranges) return null;
      const lines: Blame[] = [];
      for (const blamed of ranges)
        for (let at = 0; at < blamed.count; at++) lines[blamed.from + at] = blamed.commit;
      return lines;
    } catch (error) {
      log.warn({ err: error, path }, 'the forge did not say who wrote the lines of a file');
      return null;
    }
  }

  /** Who wrote lines of commits that Perch made, by the commit: several people may have. */
  async authors(
    { access, path, text }: Place,
    blamed: readonly Blame[],
  ): Promise<Map<string, (line: number) => Deed[]>> {
    const found = new Map<string, (line: number) => Deed[]>();
    const newest = [...new Map(blamed.map((each) => [each.sha, each])).values()].toSorted((one, other) =>
      one.at < other.at ? 1 : -1,
    );
    const shas = newest.map(({ sha }) => sha);
    const made = await this.commits.made(access.repository.id, shas);
    const ordered = made.toSorted((one, other) => shas.indexOf(one.sha) - shas.indexOf(other.sha));
    for (const commit of ordered.slice(0, LOOKED_INTO)) {
      const written = await this.#written(commit, path);
      const blame = newest.find(({ sha }) => sha === commit.sha);
      if (!written || !blame) continue;
      const lines = text.split('\n');
      const hunks = await lineHunks(written.text, text);
      const origins = lineOrigins(hunks, written.text.split('\n'), lines);
      found.set(commit.sha, (line) => {
        const origin = origins[line] ?? null;
        return origin === null ? [] : deedsOf(written, written.lines[origin] ?? [], blame);
      });
    }
    return found;
  }

  /** With which push each of these commits came that was not the last of its push: the number of its event. */
  async pushesOf(
    { workspaceId, repository }: WorkspaceAccess,
    path: string,
    shas: readonly string[],
  ): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    if (shas.length === 0) return found;
    const { owner, repo } = repository;
    try {
      const pushes = await this.events.pushes(workspaceId, path, PUSHES_ASKED);
      const missing = new Set(shas);
      for (let first = 0; first < pushes.length && missing.size > 0; first += ASKED_AT_ONCE) {
        const some = pushes.slice(first, first + ASKED_AT_ONCE);
        const commits = await Promise.all(
          some.map(({ from, to }) => this.github.commitsBetween(owner, repo, from, to)),
        );
        for (const sha of missing) {
          const push = some.find((_, at) => commits[at]?.has(sha));
          if (push && missing.delete(sha)) found.set(sha, push.seq);
        }
      }
    } catch (error) {
      log.warn({ err: error, path }, 'the forge did not say with which push a commit came');
    }
    return found;
  }

  async #written({ files }: MadeCommit, path: string): Promise<WrittenText | null> {
    const file = files.find((each) => each.path === path);
    if (!file || file.documentId === null || file.seq === null) return null;
    return this.histories.written(file.documentId, { seq: file.seq });
  }
}

/** The people who touched a line, the latest first. */
export function deedsOf(
  { writings }: Pick<WrittenText, 'writings'>,
  touches: readonly Pick<Touch, 'writing' | 'seq'>[],
  commit: Blame | null,
): Deed[] {
  return touches
    .toSorted((one, other) => other.seq - one.seq)
    .map(({ writing }) => writings[writing]!)
    .filter(({ actor }) => personOf(actor) !== undefined)
    .map(({ actor, at }) => ({ actor, name: null, at, commit }));
}
