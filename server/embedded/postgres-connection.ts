/**
 * Talking to the PostgreSQL that was just started.
 *
 * Guarantee: `greet` says true only for a server that runs on the data directory asked about, whatever else
 * may listen on that port.
 */
import pg from 'pg';
import { type Cluster, SUPERUSER } from './postgres-cluster.js';

export const DATABASE = 'perch';

export function connectionUrl(cluster: Cluster, port: number, database = DATABASE): string {
  return `postgres://${SUPERUSER}:${cluster.password}@127.0.0.1:${port}/${database}`;
}

/**
 * @returns false while nobody answers or the server is still starting
 * @throws when somebody else answers
 */
export async function greet(cluster: Cluster, port: number): Promise<boolean> {
  const client = new pg.Client({
    connectionString: connectionUrl(cluster, port, 'postgres'),
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => undefined); // A server that ends meanwhile is what the next attempt finds out.
  try {
    await client.connect();
    const answer = await client.query<{ data_directory: string }>('SHOW data_directory');
    const theirs = answer.rows[0]?.data_directory;
    if (theirs !== cluster.data) {
      throw new StrangerError(`Port ${port} is answered by another PostgreSQL, of ${theirs}.`);
    }
    const found = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
    return true;
  } catch (error) {
    if (error instanceof StrangerError) throw error;
    const code = (error as { code?: string }).code ?? '';
    // 28: it refuses our password or user.
    if (code.startsWith('28')) {
      throw new StrangerError(
        `What answers on port ${port} does not take the password kept in ${cluster.home}/password: ${(error as Error).message}.`,
      );
    }
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

export class StrangerError extends Error {}
