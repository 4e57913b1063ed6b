import { Injectable } from '@nestjs/common';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DocumentService } from '../document/document.service.js';
import { FileChangeService, type PendingChange } from '../file/file-change.service.js';
import type { Overlay } from '../file/overlay.js';
import { OverlayService } from '../file/overlay.service.js';
import { ProtocolError } from '../protocol/error.js';
import { searchExpression, type SearchFound, type SearchQuery } from '../protocol/search.js';
import type { Account } from '../protocol/user.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { CloneCache } from './clone-cache.js';
import { gitGrep, type GrepLine } from './git-grep.js';
import { pathGlobs } from './path-globs.js';

/** Lines told of one search; whoever wants more makes it narrower. */
const LINES = 2_000;
/** Searches at once in this process: each is a process of its own. */
const AT_ONCE = 4;

/**
 * Finds text in a branch as everybody sees it: the base commit, with what is
 * not committed in place of what it replaces.
 */
@Injectable()
export class SearchService {
  /** A person's search ends the one before. */
  readonly #running = new Map<string, AbortController>();

  constructor(
    private readonly workspaces: WorkspaceService,
    private readonly overlays: OverlayService,
    private readonly changes: FileChangeService,
    private readonly documents: DocumentService,
    private readonly clones: CloneCache,
  ) {}

  /** @throws {ProtocolError} `invalid` for an expression that is none, `rate-limited`, `unavailable` */
  async search(account: Account, workspaceId: string, query: SearchQuery): Promise<SearchFound> {
    const access = await this.workspaces.require(account, workspaceId, 'read');
    refuseNonsense(query);
    const key = `${account.id} ${workspaceId}`;
    this.#running.get(key)?.abort();
    this.#running.delete(key);
    if (this.#running.size >= AT_ONCE)
      throw new ProtocolError('rate-limited', 'Others are searching just now. Try again in a moment.', {
        retryAfterMs: 1_000,
      });
    const search = new AbortController();
    this.#running.set(key, search);
    try {
      const { overlay, baseCommit, truncated } = await this.overlays.load(workspaceId);
      const pending = await this.changes.pending(workspaceId, overlay);
      const found = new Found(query);
      await this.#searchPending(pending, query, found, search.signal);
      if (baseCommit !== null) {
        const directory = await this.clones.have(access, baseCommit);
        const placeOf = placesOf(overlay, pending, truncated);
        await gitGrep(
          directory,
          baseCommit,
          query,
          (line) => {
            const path = placeOf(line.path);
            return path === null || found.add(path, false, line);
          },
          search.signal,
        );
      }
      return found.answer();
    } finally {
      if (this.#running.get(key) === search) this.#running.delete(key);
    }
  }

  /** Texts that differ from the base, by the same git: one kind of expression everywhere. */
  async #searchPending(
    pending: readonly PendingChange[],
    query: SearchQuery,
    found: Found,
    signal: AbortSignal,
  ): Promise<void> {
    const texts = pending.filter((change) => change.document !== null && found.wants(change.path));
    if (texts.length === 0) return;
    const directory = await mkdtemp(join(tmpdir(), 'perch-search-'));
    try {
      for (const [index, { document }] of texts.entries()) {
        const { text } = await this.documents.read(document!.id);
        await writeFile(join(directory, String(index)), text);
      }
      await gitGrep(
        directory,
        null,
        query,
        (line) => found.add(texts[Number(line.path)]!.path, true, line),
        signal,
      );
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }
}

/** Where a file of the base commit is seen now: null where it is gone, or other text is in its place. */
function placesOf(
  overlay: Overlay,
  pending: readonly PendingChange[],
  truncated: boolean,
): (basePath: string) => string | null {
  const changed = new Set(pending.filter((change) => change.document !== null).map(({ path }) => path));
  const moves = overlay.moves();
  return (basePath) => {
    if (truncated && !overlay.base.has(basePath)) return basePath;
    const path = moves.get(basePath) ?? basePath;
    return overlay.files.get(path)?.origin === basePath && !changed.has(path) ? path : null;
  };
}

function refuseNonsense(query: SearchQuery): void {
  try {
    searchExpression(query);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^Invalid regular expression: /, '') : '';
    throw new ProtocolError('invalid', `This is not a regular expression: ${reason}.`, { cause: error });
  }
}

/** What was found so far, as much of it as is told. */
class Found {
  readonly #files = new Map<string, SearchFound['files'][number]>();
  readonly #includes: ((path: string) => boolean) | null;
  readonly #excludes: ((path: string) => boolean) | null;
  #lines = 0;
  #truncated = false;

  constructor(query: SearchQuery) {
    this.#includes = pathGlobs(query.include);
    this.#excludes = pathGlobs(query.exclude);
  }

  wants(path: string): boolean {
    return (this.#includes?.(path) ?? true) && !(this.#excludes?.(path) ?? false);
  }

  /** False where it is enough. */
  add(path: string, uncommitted: boolean, { line, text }: GrepLine): boolean {
    if (!this.wants(path)) return true;
    if (this.#lines === LINES) {
      this.#truncated = true;
      return false;
    }
    this.#lines++;
    const file = this.#files.get(path) ?? { path, uncommitted, lines: [] };
    this.#files.set(path, file);
    file.lines.push({ line, text });
    return true;
  }

  answer(): SearchFound {
    const files = [...this.#files.values()].toSorted((one, other) => (one.path < other.path ? -1 : 1));
    return { files, truncated: this.#truncated };
  }
}
