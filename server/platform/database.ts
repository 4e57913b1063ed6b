import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { createDatabase, type Database, type Transaction } from '../../db/client.js';
import { log } from './log.js';

/**
 * A pool whose connections may break at any time, in use or idle: a query on
 * a broken one fails, and the pool replaces it. Unheard, the event would end
 * the process.
 */
export function openPool(options: pg.PoolConfig, name: string): pg.Pool {
  const pool = new pg.Pool({ ...options, keepAlive: true });
  pool.on('error', (error) => log.warn({ error: error.message }, `an idle ${name} connection broke`));
  // Between the statements of a transaction the pool itself does not listen.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

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
    this.pool = openPool({ connectionString: url, max: 12 }, 'database');
    this.database = createDatabase(this.pool);
  }

  transaction<Result>(run: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return this.database.transaction(run);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}
