import pg from 'pg';

/**
 * Runs one commit of a workspace at a time, over all processes. The lock is
 * a session's, on a connection of its own (the pool's would run out while its
 * holder waits for a second one), so a process that dies lets go of it. It
 * only spares people a refusal: the ref's and the base's compare-and-swap is
 * what keeps two commits apart.
 */
export async function withCommitLock<Result>(
  databaseUrl: string,
  workspaceId: string,
  run: () => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: databaseUrl });
  // Losing it frees the lock and is no fault of the commit under way.
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [`perch.commit:${workspaceId}`]);
    return await run();
  } finally {
    await client.end().catch(() => {});
  }
}
