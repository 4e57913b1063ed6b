import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { Pool, PoolClient } from 'pg';

export type Database = NodePgDatabase;
/** A transaction, or the database itself where one statement is all there is. */
export type Transaction = Pick<
  Database,
  'select' | 'selectDistinct' | 'insert' | 'update' | 'delete' | 'execute'
>;

export function createDatabase(client: Pool | PoolClient): Database {
  return drizzle(client, { casing: 'snake_case' });
}
