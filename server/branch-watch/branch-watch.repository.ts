import { Injectable } from '@nestjs/common';
import { and, eq, lt, or, sql } from 'drizzle-orm';
import { leases } from '../../db/schema/lease.js';
import { workspacePresence } from '../../db/schema/presence.js';
import { workspaces, workspaceVisits } from '../../db/schema/workspace.js';
import { DatabaseConnection } from '../platform/database.js';
import { processId } from '../platform/server-process.js';

const LEASE = 'branch-watch';
/** Longer than a renewal may take; so long nobody watches after a process has died. */
const EXPIRY = sql`now() + interval '20 seconds'`;
/** A room that nobody opened for longer is brought to its branch's head when somebody does. */
const RECENTLY = sql`now() - interval '30 days'`;

export type WatchedRoom = {
  workspaceId: string;
  repositoryId: number;
  branch: string;
  baseCommit: string | null;
  /** Whether the room knows its branch to be where it stands. */
  isThere: boolean;
};

const ROOM = {
  workspaceId: workspaces.id,
  repositoryId: workspaces.repositoryId,
  branch: workspaces.branch,
  baseCommit: workspaces.baseCommit,
  isThere: sql<boolean>`${workspaces.branchState} = 'there'`,
};

@Injectable()
export class BranchWatchRepository {
  constructor(private readonly connection: DatabaseConnection) {}

  /** Takes the lease or renews it. Whether this process holds it now. */
  async hold(): Promise<boolean> {
    const held = await this.connection.database
      .insert(leases)
      .values({ name: LEASE, processId, expiresAt: EXPIRY })
      .onConflictDoUpdate({
        target: leases.name,
        set: { processId, expiresAt: EXPIRY },
        setWhere: or(eq(leases.processId, processId), lt(leases.expiresAt, sql`now()`)),
      })
      .returning({ name: leases.name });
    return held.length === 1;
  }

  async letGo(): Promise<void> {
    await this.connection.database
      .delete(leases)
      .where(and(eq(leases.name, LEASE), eq(leases.processId, processId)));
  }

  /** The rooms that somebody is in, on any process. */
  present(): Promise<WatchedRoom[]> {
    return this.connection.database
      .selectDistinct(ROOM)
      .from(workspacePresence)
      .innerJoin(workspaces, eq(workspaces.id, workspacePresence.workspaceId))
      .where(sql`${workspacePresence.heartbeatAt} > now() - interval '30 seconds'`);
  }

  /** The rooms that somebody has opened lately, a repository's together. */
  recent(): Promise<WatchedRoom[]> {
    return this.connection.database
      .selectDistinct(ROOM)
      .from(workspaces)
      .innerJoin(workspaceVisits, eq(workspaceVisits.workspaceId, workspaces.id))
      .where(sql`${workspaceVisits.openedAt} > ${RECENTLY}`)
      .orderBy(workspaces.repositoryId);
  }
}
