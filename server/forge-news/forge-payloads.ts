import { z } from 'zod';
import { ONE_LINE } from '../protocol/plain-text.js';
import type { ForgeNews, Telling } from './forge-news.js';

/** Longer is cut off: a name, not a text. Characters. */
const LINE_MAX = 300;
const BRANCHES_MAX = 10;

/** One line of text that PostgreSQL can keep, and that turns no words around it: whoever may open a pull request wrote it. */
const line = z.string().transform((text) =>
  text
    .replaceAll(/[\p{Cc}\p{Bidi_Control}]+/gu, ' ')
    .trim()
    .slice(0, LINE_MAX)
    .replaceAll(/\p{Cs}/gu, '\uFFFD'),
);
const page = z.unknown().transform((url) => z.url({ protocol: /^https?$/ }).safeParse(url).data ?? null);
const branch = z
  .string()
  .max(1_000)
  .regex(...ONE_LINE);
const sha = z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/);
const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const repository = z.object({ id: z.number().int() });
const user = z.object({ id: z.number().int(), login: line });
/** Its repository may be gone by now. */
const side = z.object({
  ref: branch,
  repo: repository.extend({ owner: z.object({ login: line }) }).nullable(),
});
const pullRequest = z.object({
  number: z.number().int(),
  title: line,
  html_url: page,
  head: side,
  base: side,
  updated_at: moment,
  merged: z.boolean().nullish(),
});
const app = z.object({ slug: z.string().nullish(), name: line }).nullable();

const DONE: Record<string, { type: Extract<Telling['type'], `pull-request.${string}`>; rank: number }> = {
  opened: { type: 'pull-request.opened', rank: 0 },
  reopened: { type: 'pull-request.reopened', rank: 0 },
  converted_to_draft: { type: 'pull-request.drafted', rank: 1 },
  ready_for_review: { type: 'pull-request.readied', rank: 1 },
  closed: { type: 'pull-request.closed', rank: 2 },
};
const VERDICTS = new Map([
  ['approved', 'approved'],
  ['changes_requested', 'changes-requested'],
  ['commented', 'commented'],
  ['dismissed', 'dismissed'],
] as const);
/** What does not keep a commit from being merged. */
const PASSED = new Set(['success', 'neutral', 'skipped']);

/** What a webhook's event of that name says; null for what nobody is told of. @throws {z.ZodError} where the payload is not that event's */
export const NEWS = {
  pull_request: (payload: unknown): ForgeNews | null => {
    const body = z
      .object({ action: z.string(), pull_request: pullRequest, repository, sender: user })
      .parse(payload);
    const done = Object.hasOwn(DONE, body.action) ? DONE[body.action] : undefined;
    if (!done) return null;
    const isMerged = done.type === 'pull-request.closed' && body.pull_request.merged === true;
    const type = isMerged ? 'pull-request.merged' : done.type;
    const told = toldOf(body.pull_request, body.repository.id, body.sender.login);
    return {
      repositoryId: body.repository.id,
      branches: branchesOf(body.pull_request, body.repository.id),
      sha: null,
      subject: `pull-request:${body.pull_request.number}`,
      state: type,
      rank: done.rank,
      saidAt: body.pull_request.updated_at,
      byForgeUser: body.sender.id,
      telling: { type, payload: told },
    };
  },
  pull_request_review: (payload: unknown): ForgeNews | null => {
    const {
      action,
      review,
      pull_request: of,
      repository: in_,
      sender,
    } = z
      .object({
        action: z.string(),
        review: z.object({
          id: z.number().int(),
          user: user.nullable(),
          state: z.string(),
          html_url: page,
          submitted_at: moment.nullish(),
        }),
        pull_request: pullRequest.omit({ updated_at: true }).extend({ updated_at: moment.optional() }),
        repository,
        sender: user,
      })
      .parse(payload);
    const verdict = VERDICTS.get(review.state as Parameters<typeof VERDICTS.get>[0]);
    if ((action !== 'submitted' && action !== 'dismissed') || !verdict || !review.submitted_at) return null;
    const by = action === 'dismissed' ? sender : (review.user ?? sender);
    return {
      repositoryId: in_.id,
      branches: branchesOf(of, in_.id),
      sha: null,
      subject: `review:${review.id}`,
      state: verdict,
      rank: action === 'dismissed' ? 1 : 0,
      // Which is the same when it is dismissed.
      saidAt: review.submitted_at,
      byForgeUser: by.id,
      telling: {
        type: `review.${action}`,
        payload: { ...toldOf(of, in_.id, by.login), url: review.html_url, verdict },
      },
    };
  },
  check_run: (payload: unknown): ForgeNews | null => {
    const {
      action,
      check_run: run,
      repository: in_,
    } = z
      .object({
        action: z.string(),
        check_run: z.object({
          name: line,
          head_sha: sha,
          conclusion: z.string().nullable(),
          completed_at: moment.nullable(),
          html_url: page,
          details_url: page,
          app,
          check_suite: z.object({ id: z.number().int().nullish(), head_branch: branch.nullable() }),
          pull_requests: z.array(z.object({ head: z.object({ ref: branch, repo: repository }) })),
        }),
        repository,
      })
      .parse(payload);
    if (action !== 'completed' || run.conclusion === null || !run.completed_at) return null;
    return checked({
      repositoryId: in_.id,
      branches: ofHead(run.check_suite.head_branch, run.pull_requests, in_.id),
      sha: run.head_sha,
      // Two workflows may have a job of one name.
      subject: `check:${run.app?.slug ?? ''}:${run.check_suite.id ?? ''}:${run.name}`,
      saidAt: run.completed_at,
      name: run.name,
      url: run.html_url ?? run.details_url,
      conclusion: run.conclusion,
    });
  },
  check_suite: (payload: unknown): ForgeNews | null => {
    const {
      action,
      check_suite: suite,
      repository: in_,
    } = z
      .object({
        action: z.string(),
        check_suite: z.object({
          id: z.number().int().nullish(),
          head_branch: branch.nullable(),
          head_sha: sha,
          conclusion: z.string().nullable(),
          updated_at: moment,
          app,
          latest_check_runs_count: z.number().int().optional(),
          pull_requests: z.array(z.object({ head: z.object({ ref: branch, repo: repository }) })).nullable(),
        }),
        repository: repository.extend({ html_url: page }),
      })
      .parse(payload);
    if (action !== 'completed' || suite.conclusion === null) return null;
    // Of one run alone it would say the same once more.
    if (suite.latest_check_runs_count === 1) return null;
    // One a workflow: none of them is all, and each job is told.
    if (suite.app?.slug === 'github-actions') return null;
    return checked({
      repositoryId: in_.id,
      branches: ofHead(suite.head_branch, suite.pull_requests ?? [], in_.id),
      sha: suite.head_sha,
      subject: `suite:${suite.app?.slug ?? ''}:${suite.id ?? ''}`,
      saidAt: suite.updated_at,
      name: `all of ${suite.app?.name ?? 'the checks'}`,
      url: in_.html_url && `${in_.html_url}/commit/${suite.head_sha}/checks`,
      conclusion: suite.conclusion,
    });
  },
  status: (payload: unknown): ForgeNews | null => {
    const said = z
      .object({
        sha,
        context: line,
        state: z.enum(['pending', 'success', 'failure', 'error']),
        target_url: page,
        updated_at: moment,
        branches: z.array(z.object({ name: branch })),
        repository,
      })
      .parse(payload);
    return checked({
      repositoryId: said.repository.id,
      branches: said.branches.slice(0, BRANCHES_MAX).map(({ name }) => name),
      sha: said.sha,
      subject: `status:${said.context}`,
      saidAt: said.updated_at,
      name: said.context,
      url: said.target_url,
      conclusion: said.state,
    });
  },
};

type Checked = Pick<ForgeNews, 'repositoryId' | 'branches' | 'subject' | 'saidAt'> & {
  sha: string;
  name: string;
  url: string | null;
  conclusion: string;
};

function checked({ name, url, conclusion, ...news }: Checked): ForgeNews {
  const isPending = conclusion === 'pending';
  return {
    ...news,
    state: conclusion,
    rank: isPending ? 0 : 1,
    byForgeUser: null,
    telling: isPending
      ? null
      : {
          type: PASSED.has(conclusion) ? 'check.passed' : 'check.failed',
          payload: { name, url, conclusion, sha: news.sha },
        },
  };
}

type Sides = Pick<z.output<typeof pullRequest>, 'head' | 'base'>;

/** Another repository's branch of the same name is not ours. */
function branchesOf({ head, base }: Sides, repositoryId: number): string[] {
  return head.repo?.id === repositoryId ? [head.ref, base.ref] : [base.ref];
}

function ofHead(
  head: string | null,
  of: readonly { head: { ref: string; repo: { id: number } } }[],
  repositoryId: number,
): string[] {
  const others = of.filter((each) => each.head.repo.id === repositoryId).map((each) => each.head.ref);
  return [...(head === null ? [] : [head]), ...others].slice(0, BRANCHES_MAX);
}

function toldOf(of: Omit<z.output<typeof pullRequest>, 'updated_at'>, repositoryId: number, by: string) {
  const { number, title, html_url: url, head, base } = of;
  const from =
    head.repo?.id === repositoryId ? head.ref : `${head.repo?.owner.login ?? 'somebody'}:${head.ref}`;
  return { number, title, url, head: from, base: base.ref, by };
}
