/**
 * An example of an integration: posts a line to a chat whenever a commit is
 * made in Perch. A process of its own; README.md beside it says how to run it.
 *
 * It keeps the number of the last event it has dealt with in a file, so that
 * after a stop or a crash it announces what it missed. A line may come twice,
 * where it dies between the chat's answer and its note; none is left out.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { WorkspaceEvent } from '../protocol/event.js';
import { branchName } from '../protocol/repository.js';
import { commitLine } from './commit-line.js';
import { PerchApi } from './perch-api.js';

const POST_TIMEOUT_MS = 10_000;
const RETRY_MAX_MS = 60_000;

const settings = z
  .object({
    PERCH_URL: z.url(),
    PERCH_TOKEN: z.string().startsWith('perch_'),
    PERCH_REPOSITORY: z.string().regex(/^[^/]+\/[^/]+$/, 'must be owner/repo'),
    PERCH_BRANCH: branchName.default('main'),
    /** Slack's incoming webhook, or one that takes the same body: Mattermost, Rocket.Chat, Discord's `/slack`. */
    CHAT_WEBHOOK_URL: z.url(),
    STATE_FILE: z.string().default('commit-announcer.json'),
  })
  .safeParse(process.env);
if (!settings.success) {
  process.stderr.write(`${z.prettifyError(settings.error)}\n`);
  process.exit(1);
}
const { PERCH_URL, PERCH_TOKEN, PERCH_REPOSITORY, PERCH_BRANCH, CHAT_WEBHOOK_URL, STATE_FILE } =
  settings.data;
const [owner = '', repo = ''] = PERCH_REPOSITORY.split('/');
const room = { owner, repo, branch: PERCH_BRANCH };
const perch = new PerchApi({ url: PERCH_URL, token: PERCH_TOKEN });

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());

const after = (await readState()) ?? (await perch.events(room, { limit: 1 }))[0]?.seq ?? 0;
await writeState(after);
process.stdout.write(`Announcing the commits of ${PERCH_REPOSITORY}@${PERCH_BRANCH} after event ${after}.\n`);
for await (const event of perch.eventStream(room, { after, signal: stop.signal })) {
  if (event.type === 'commit.created') await announce(event);
  await writeState(event.seq);
}

/** Until the chat takes it: a line that is left out would never be missed. */
async function announce(event: WorkspaceEvent & { type: 'commit.created' }): Promise<void> {
  const body = JSON.stringify({ text: commitLine(event, room) });
  for (let waitMs = 1_000; !stop.signal.aborted; waitMs = Math.min(2 * waitMs, RETRY_MAX_MS)) {
    const problem = await post(body);
    if (problem === undefined) return;
    process.stderr.write(`The chat did not take a line (${problem}); it is posted again.\n`);
    await pause(waitMs, undefined, { signal: stop.signal }).catch(() => {});
  }
  // What was not posted is not noted either: the next start posts it.
  process.exit(0);
}

async function post(body: string): Promise<string | undefined> {
  try {
    const response = await fetch(CHAT_WEBHOOK_URL, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body,
      signal: AbortSignal.timeout(POST_TIMEOUT_MS),
    });
    return response.ok ? undefined : `${response.status}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function readState(): Promise<number | undefined> {
  try {
    return z.object({ seq: z.int() }).parse(JSON.parse(await readFile(STATE_FILE, 'utf8'))).seq;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function writeState(seq: number): Promise<void> {
  await writeFile(`${STATE_FILE}.new`, JSON.stringify({ seq }));
  await rename(`${STATE_FILE}.new`, STATE_FILE);
}
