import pg from 'pg';
import type { WorkspaceEvent } from '../../protocol/event.js';
import { startHookedPerch } from '../../webhook/testing/hooked-perch.js';

/** A Perch that takes webhooks, with rooms on `main` and on `feat/x`, which is one push ahead of it. */
export async function startNewsStage() {
  const hooked = await startHookedPerch();
  const database = new pg.Client({ connectionString: hooked.surroundings.databaseUrl });
  await database.connect();
  const owner = await hooked.perch.ownerCookie();
  const main = await hooked.perch.open(owner);
  await hooked.git('switch', '--quiet', '--create', 'feat/x');
  const head = await hooked.push('src/bird.js', 'export function bird() { return 1; }\n', 'feat/x');
  const work = await hooked.perch.open(owner, 'feat/x');
  return {
    hooked,
    database,
    /** His cookie. */
    owner,
    /** The rooms of `main` and of `feat/x`. */
    rooms: { main, work },
    /** Of `feat/x`. */
    head,
    /** As a payload names it. */
    repository: { id: await hooked.repositoryId() },
    /** What a room was told of pull requests, reviews and checks. */
    async told(id: string, perch = hooked.perch): Promise<WorkspaceEvent[]> {
      const { body } = await perch.ask(owner, 'GET /api/workspaces/:id/events', {
        params: { id },
        query: { after: '0', limit: '500' },
      });
      return (body as { events: WorkspaceEvent[] }).events.filter(({ type }) =>
        /^(?:pull-request|review|check)\./.test(type),
      );
    },
    async stop(): Promise<void> {
      await database.end();
      await hooked.stop();
    },
  };
}

export type NewsStage = Awaited<ReturnType<typeof startNewsStage>>;
