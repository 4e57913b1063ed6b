import { Database } from '@hocuspocus/extension-database';
import { Server } from '@hocuspocus/server';
import pg from 'pg';

/** Hocuspocus as its manual sets it up with a database: its own defaults, and one row a document in PostgreSQL. */
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
await pool.query('CREATE TABLE IF NOT EXISTS documents (name text PRIMARY KEY, state bytea NOT NULL)');

const server = new Server({
  address: '127.0.0.1',
  port: Number(process.env.PORT),
  quiet: true,
  extensions: [
    new Database({
      fetch: async ({ documentName }) => {
        const found = await pool.query<{ state: Buffer }>('SELECT state FROM documents WHERE name = $1', [
          documentName,
        ]);
        return found.rows[0]?.state ?? null;
      },
      store: async ({ documentName, state }) => {
        await pool.query(
          'INSERT INTO documents VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET state = excluded.state',
          [documentName, state],
        );
      },
    }),
  ],
});
await server.listen();
process.stdout.write('ready\n');
