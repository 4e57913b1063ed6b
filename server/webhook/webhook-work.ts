import { z } from 'zod';
import type { ForgeNews } from '../forge-news/forge-news.js';
import { NEWS } from '../forge-news/forge-payloads.js';
import { ONE_LINE } from '../protocol/plain-text.js';

/** What a delivery asks to look at. The forge is asked then: what a payload says may be old by now. */
export type WebhookWork =
  | {
      kind: 'branch';
      repositoryId: number;
      branch: string;
      pusher?: Pusher;
      headSha?: string;
      isForced?: boolean;
      isDeleted?: boolean;
    }
  /** Of one repository, or of all where it is null. */
  | { kind: 'rights'; repositoryId: number | null }
  /** Somebody took back that Perch may act in his name. */
  | { kind: 'consent'; forgeUserId: number }
  /** What stands beside a branch: of it the delivery itself is the news. */
  | { kind: 'news'; repositoryId: number; news: ForgeNews }
  | { kind: 'nothing' };

export type Pusher = { name: string; login?: string };

const HEADS = 'refs/heads/';
const repository = z.object({ id: z.number().int() });
const sender = z.object({ login: z.string() });
const name = z
  .string()
  .max(1_000)
  .regex(...ONE_LINE);
const sha = z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/);

const push = z.object({
  ref: name,
  after: sha,
  deleted: z.boolean(),
  forced: z.boolean().optional(),
  repository,
  pusher: z.object({ name }),
  sender: sender.optional(),
});
const made = z.object({ ref: name, ref_type: z.enum(['branch', 'tag']), repository });
const ofRepository = z.object({ repository });
const consent = z.object({ action: z.literal('revoked'), sender: z.object({ id: z.number().int() }) });

const NOTHING: WebhookWork = { kind: 'nothing' };

/** One line an event that Perch subscribes to. */
const EVENTS: Record<string, (payload: unknown) => WebhookWork> = {
  push: (payload) => {
    const { ref, after, deleted, forced, repository: of, pusher, sender: by } = push.parse(payload);
    if (!ref.startsWith(HEADS)) return NOTHING;
    return {
      kind: 'branch',
      repositoryId: of.id,
      branch: ref.slice(HEADS.length),
      pusher: { name: pusher.name, ...(by && { login: by.login }) },
      ...(deleted ? { isDeleted: true } : { headSha: after, isForced: forced ?? false }),
    };
  },
  create: (payload) => branchOf(payload),
  delete: (payload) => branchOf(payload, { isDeleted: true }),
  repository: rightsOf,
  member: rightsOf,
  membership: () => ({ kind: 'rights', repositoryId: null }),
  installation: () => ({ kind: 'rights', repositoryId: null }),
  installation_repositories: () => ({ kind: 'rights', repositoryId: null }),
  github_app_authorization: (payload) => ({
    kind: 'consent',
    forgeUserId: consent.parse(payload).sender.id,
  }),
  ...Object.fromEntries(Object.entries(NEWS).map(([event, read]) => [event, newsOf(read)])),
  ping: () => NOTHING,
};

/** @returns null for an event that Perch knows nothing of @throws {z.ZodError} where the payload is not that event's */
export function workOf(event: string, payload: unknown): WebhookWork | null {
  return Object.hasOwn(EVENTS, event) ? (EVENTS[event]?.(payload) ?? null) : null;
}

function newsOf(read: (payload: unknown) => ForgeNews | null) {
  return (payload: unknown): WebhookWork => {
    const news = read(payload);
    return news ? { kind: 'news', repositoryId: news.repositoryId, news } : NOTHING;
  };
}

function branchOf(payload: unknown, known: { isDeleted?: true } = {}): WebhookWork {
  const { ref, ref_type: type, repository: of } = made.parse(payload);
  return type === 'tag' ? NOTHING : { kind: 'branch', repositoryId: of.id, branch: ref, ...known };
}

function rightsOf(payload: unknown): WebhookWork {
  return { kind: 'rights', repositoryId: ofRepository.parse(payload).repository.id };
}
