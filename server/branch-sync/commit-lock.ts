import pg from 'pg';
import { ProtocolError } from '../protocol/error.js';

/** Commits of one workspace that may wait here for their turn. */
const WAITING_MAX = 10;
/** A commit of thousands of files takes its time; what holds the lock longer than this hangs. */
const WAIT_MS = 120_000;

const waiting = new Map<string, { count: number; last: Promise<unknown> }>();

/**
 * Runs one commit of a workspace at a time, over all processes. The lock is
 * a session's, on a connection of its own (the pool's would run out while its
 * holder waits for a second one), so a process that dies lets go of it; within
 * a process one after the other asks for it. It only spares people a refusal:
 * the ref's and the base's compare-and-swap is what keeps two commits apart.
 *
 * @throws {ProtocolError} `rate-limited` where too many wait already
 */
export async function withCommitLock<Result>(
  databaseUrl: string,
  workspaceId: string,
  run: () => Promise<Result>,
): Promise<Result> {
  const queue = waiting.get(workspaceId) ?? { count: 0, last: Promise.resolve() };
  if (queue.count >= WAITING_MAX)
    throw new ProtocolError(
      'rate-limited',
      'Others are committing on this branch just now. Nothing was committed; try again in a moment.',
      { retryAfterMs: 1_000 },
    );
  queue.count++;
  waiting.set(workspaceId, queue);
  const turn = queue.last.then(
    () => locked(databaseUrl, workspaceId, run),
    () => locked(databaseUrl, workspaceId, run),
  );
  queue.last = turn;
  try {
    return await turn;
  } finally {
    if (--queue.count === 0) waiting.delete(workspaceId);
  }
}

async function locked<Result>(
  databaseUrl: string,
  workspaceId: string,
  run: () => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: databaseUrl, options: `-c lock_timeout=${WAIT_MS}` });
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
