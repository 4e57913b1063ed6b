import { Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DocumentService, type DocumentEdited } from '../document/document.service.js';
import { EventService } from '../event/event.service.js';
import type { StoredActor } from '../platform/actor.js';
import { DatabaseConnection } from '../platform/database.js';
import { log } from '../platform/log.js';
import { FileRepository } from './file.repository.js';

/** Quiet that ends a burst of typing (EVT4). */
const QUIET_MS = 10_000;

type Burst = { workspaceId: string; quiet: NodeJS.Timeout };

/**
 * Tells typing as one `file.edited` per person, file and burst. It is told
 * when the burst begins, so that others see at once who is at work where;
 * every further key only prolongs it. Bursts live in the memory of the
 * process that stores the edits and end with it: the next key begins a new one.
 */
@Injectable()
export class EditBurstService implements OnModuleInit, BeforeApplicationShutdown {
  readonly #bursts = new Map<string, Burst>();
  readonly #hushed = new Set<string>();

  constructor(
    private readonly documents: DocumentService,
    private readonly events: EventService,
    private readonly files: FileRepository,
    private readonly database: DatabaseConnection,
  ) {}

  onModuleInit(): void {
    this.documents.onEdited((edited) => {
      const { workspaceId, documentId, actor } = edited;
      if (this.#hushed.has(`${documentId} ${actor}`) || this.#prolong(workspaceId, documentId, actor)) return;
      this.#tell(edited).catch((error: unknown) => {
        // The next key tells it again.
        this.#end(`${documentId} ${actor}`);
        log.warn({ err: error, documentId }, 'an edit was stored but not told in the activity');
      });
    });
  }

  beforeApplicationShutdown(): void {
    for (const { quiet } of this.#bursts.values()) clearTimeout(quiet);
    this.#bursts.clear();
  }

  /** A commit ends the bursts of its workspace: who types on is told again. */
  end(workspaceId: string): void {
    for (const [key, burst] of this.#bursts) if (burst.workspaceId === workspaceId) this.#end(key);
  }

  /** What this actor does to this document meanwhile is told in words of its own. */
  async hush<Result>(documentId: string, actor: StoredActor, run: () => Promise<Result>): Promise<Result> {
    const key = `${documentId} ${actor}`;
    this.#hushed.add(key);
    try {
      return await run();
    } finally {
      this.#hushed.delete(key);
    }
  }

  /** @returns whether a burst was under way */
  #prolong(workspaceId: string, documentId: string, actor: StoredActor): boolean {
    const key = `${documentId} ${actor}`;
    const burst = this.#bursts.get(key);
    if (burst) {
      burst.quiet.refresh();
      return true;
    }
    const quiet = setTimeout(() => this.#end(key), QUIET_MS);
    quiet.unref();
    this.#bursts.set(key, { workspaceId, quiet });
    return false;
  }

  #end(key: string): void {
    clearTimeout(this.#bursts.get(key)?.quiet);
    this.#bursts.delete(key);
  }

  async #tell({ workspaceId, documentId, actor, seq }: DocumentEdited): Promise<void> {
    const path = await this.files.pathOf(documentId);
    if (path === undefined) return;
    await this.database.transaction((transaction) =>
      this.events.append(transaction, workspaceId, 'file.edited', actor, {
        path,
        row: { documentId, seq },
      }),
    );
  }
}
