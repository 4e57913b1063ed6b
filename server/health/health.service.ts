import { Injectable } from '@nestjs/common';
import { sql } from 'drizzle-orm';
import { newestMigration } from '../../db/migrate.js';
import { DatabaseConnection } from '../platform/database.js';
import { log } from '../platform/log.js';
import { ObjectService } from '../object/object.service.js';
import { NotificationListener } from '../platform/notification-listener.js';

/** However often balancers ask, the database is asked no more than this. */
const KEPT_MS = 1_000;
/** A database that answers later than this answers nobody. */
const ANSWER_MS = 3_000;

type Part = { name: string; check: () => Promise<boolean> };

/**
 * Whether this process should be sent people. Which part is missing is for the
 * log, not for whoever asks.
 */
@Injectable()
export class HealthService {
  #draining = false;
  #missing = '';
  #asking: Promise<void> | undefined;
  #askedAt = -Infinity;
  readonly #parts: readonly Part[];

  constructor(connection: DatabaseConnection, listener: NotificationListener, objects: ObjectService) {
    this.#parts = [
      { name: 'the database with its newest schema', check: () => hasNewestSchema(connection) },
      { name: 'LISTEN', check: () => Promise.resolve(listener.isConnected) },
      { name: 'the object store', check: () => objects.isReachable() },
    ];
  }

  /** From now on nobody new should come. */
  drain(): void {
    this.#draining = true;
  }

  get isDraining(): boolean {
    return this.#draining;
  }

  async isReady(): Promise<boolean> {
    if (this.#draining) return false;
    if (!this.#asking && performance.now() - this.#askedAt > KEPT_MS)
      this.#asking = this.#ask().finally(() => (this.#asking = undefined));
    await this.#asking;
    return this.#missing === '' && !this.#draining;
  }

  async #ask(): Promise<void> {
    const present = await Promise.all(this.#parts.map(({ check }) => inTime(check())));
    const missing = this.#parts.filter((_, index) => !present[index]).map(({ name }) => name);
    this.#askedAt = performance.now();
    this.#tell(missing.join(', '));
  }

  /** Once when it changes: balancers ask every second. */
  #tell(missing: string): void {
    if (missing === this.#missing) return;
    this.#missing = missing;
    if (missing) log.error({ missing }, 'not ready');
    else log.info('ready again');
  }
}

/** Migrations are applied at start; somebody may have restored an older database since. */
async function hasNewestSchema({ database }: DatabaseConnection): Promise<boolean> {
  const { rows } = await database.execute<{ newest: string | null }>(
    sql`SELECT max(created_at) AS newest FROM drizzle.__drizzle_migrations`,
  );
  return Number(rows[0]?.newest) >= newestMigration();
}

async function inTime(check: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ANSWER_MS);
  });
  try {
    return await Promise.race([check, late]);
  } catch (error) {
    log.debug({ err: error }, 'a look at what Perch stands on failed');
    return false;
  } finally {
    clearTimeout(timer);
  }
}
