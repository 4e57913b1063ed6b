import { z } from 'zod';

/** What a delivery asks to look at. The forge is asked then: what a payload says may be old by now. */
export type WebhookWork =
  | { kind: 'branch'; repositoryId: number; branch: string; pusher?: Pusher; headSha?: string }
  /** Of one repository, or of all where it is null. */
  | { kind: 'rights'; repositoryId: number | null }
  /** Somebody took back that Perch may act in his name. */
  | { kind: 'consent'; forgeUserId: number }
  | { kind: 'nothing' };

export type Pusher = { name: string; login?: string };

const HEADS = 'refs/heads/';
const repository = z.object({ id: z.number().int() });
const sender = z.object({ login: z.string() });
const name = z.string().max(1_000);
const sha = z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/);

const push = z.object({
  ref: name,
  after: sha,
  deleted: z.boolean(),
  repository,
  pusher: z.object({ name }),
  sender: sender.optional(),
});
const made = z.object({ ref: name, ref_type: z.enum(['branch', 'tag']), repository });
const ofRepository = z.object({ repository });
const consent = z.object({ action: z.literal('revoked'), sender: z.object({ id: z.number().int() }) });

const NOTHING: WebhookWork = { kind: 'nothing' };

/**
 * One line an event that Perch subscribes to. Of pull requests, reviews,
 * checks and statuses nothing is shown anywhere yet, so nothing of them is kept.
 */
const EVENTS: Record<string, (payload: unknown) => WebhookWork> = {
  push: (payload) => {
    const { ref, after, deleted, repository: of, pusher, sender: by } = push.parse(payload);
    if (!ref.startsWith(HEADS)) return NOTHING;
    return {
      kind: 'branch',
      repositoryId: of.id,
      branch: ref.slice(HEADS.length),
      pusher: { name: pusher.name, ...(by && { login: by.login }) },
      ...(!deleted && { headSha: after }),
    };
  },
  create: branchOf,
  delete: branchOf,
  repository: rightsOf,
  member: rightsOf,
  membership: () => ({ kind: 'rights', repositoryId: null }),
  installation: () => ({ kind: 'rights', repositoryId: null }),
  installation_repositories: () => ({ kind: 'rights', repositoryId: null }),
  github_app_authorization: (payload) => ({
    kind: 'consent',
    forgeUserId: consent.parse(payload).sender.id,
  }),
  pull_request: () => NOTHING,
  pull_request_review: () => NOTHING,
  check_run: () => NOTHING,
  check_suite: () => NOTHING,
  status: () => NOTHING,
  ping: () => NOTHING,
};

/** @returns null for an event that Perch knows nothing of @throws {z.ZodError} where the payload is not that event's */
export function workOf(event: string, payload: unknown): WebhookWork | null {
  return Object.hasOwn(EVENTS, event) ? (EVENTS[event]?.(payload) ?? null) : null;
}

function branchOf(payload: unknown): WebhookWork {
  const { ref, ref_type: type, repository: of } = made.parse(payload);
  return type === 'tag' ? NOTHING : { kind: 'branch', repositoryId: of.id, branch: ref };
}

function rightsOf(payload: unknown): WebhookWork {
  return { kind: 'rights', repositoryId: ofRepository.parse(payload).repository.id };
}
