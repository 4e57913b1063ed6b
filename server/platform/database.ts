import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { createDatabase, type Database, type Transaction } from '../../db/client.js';
import { log } from './log.js';

/**
 * The pool of connections to PostgreSQL. Opened at start, ended after
 * everything else has stopped. A transaction runs on one connection and is
 * rolled back by whatever is thrown inside it.
 */
@Injectable()
export class DatabaseConnection implements OnApplicationShutdown {
  readonly pool: pg.Pool;
  readonly database: Database;

  constructor(readonly url: string) {
    this.pool = new pg.Pool({ connectionString: url, max: 12, keepAlive: true });
    // An idle connection that breaks is replaced by the pool; unheard, the event would end the process.
    this.pool.on('error', (error) => log.warn({ error: error.message }, 'an idle database connection broke'));
    this.database = createDatabase(this.pool);
  }

  transaction<Result>(run: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return this.database.transaction(run);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}
