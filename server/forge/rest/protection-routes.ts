import type { Request, Router } from 'express';
import { z } from 'zod';
import { repositoryUrl, userAnswer } from '../answers.js';
import type { BranchProtection } from '../branch-protection.js';
import { bodyOf, repositoryOf, wildcard, type ForgeContext } from '../forge-context.js';
import { ForgeError } from '../forge-error.js';
import type { HostedRepository } from '../hosted-repository.js';

const wanted = z.object({
  required_status_checks: z
    .object({ strict: z.boolean(), contexts: z.array(z.string()).default([]) })
    .nullable(),
  enforce_admins: z.boolean().nullable(),
  required_pull_request_reviews: z
    .object({ required_approving_review_count: z.number().int().min(0).max(6).default(1) })
    .nullable(),
  restrictions: z.object({ users: z.array(z.string()), teams: z.array(z.string()) }).nullable(),
  allow_force_pushes: z.boolean().nullable().default(false),
  allow_deletions: z.boolean().default(false),
});

/** A branch's protection, for whoever administers the repository. */
export function protectionRoutes(router: Router, context: ForgeContext): void {
  const route = '/repos/:owner/:repo/branches/*branch/protection';

  const branchOf = async (request: Request) => {
    const { repository } = repositoryOf(context, request, 'admin');
    const branch = wildcard(request, 'branch');
    if ((await repository.refs.read(`refs/heads/${branch}`)) === null)
      throw new ForgeError(404, 'Branch not found');
    return { repository, branch };
  };

  router.get(route, async (request, response) => {
    const { repository, branch } = await branchOf(request);
    const protection = repository.protections.get(branch);
    if (!protection) throw new ForgeError(404, 'Branch not protected');
    response.json(answer(repository, branch, protection));
  });

  router.put(route, async (request, response) => {
    const { repository, branch } = await branchOf(request);
    const body = bodyOf(wanted, request, 'ProtectedBranch');
    const protection: BranchProtection = {
      enforceAdmins: body.enforce_admins ?? false,
      reviews: body.required_pull_request_reviews?.required_approving_review_count ?? null,
      checks: body.required_status_checks,
      pushers: body.restrictions?.users ?? null,
      allowForcePushes: body.allow_force_pushes ?? false,
      allowDeletions: body.allow_deletions,
    };
    repository.protections.set(branch, protection);
    response.json(answer(repository, branch, protection));
  });

  router.delete(route, async (request, response) => {
    const { repository, branch } = await branchOf(request);
    if (!repository.protections.delete(branch)) throw new ForgeError(404, 'Branch not protected');
    response.status(204).end();
  });

  function answer(repository: HostedRepository, branch: string, protection: BranchProtection) {
    const url = `${repositoryUrl(repository, context.addresses)}/branches/${encodeURIComponent(branch)}/protection`;
    const { checks, reviews, pushers } = protection;
    const restrictions = `${url}/restrictions`;
    return {
      url,
      enforce_admins: { url: `${url}/enforce_admins`, enabled: protection.enforceAdmins },
      allow_force_pushes: { enabled: protection.allowForcePushes },
      allow_deletions: { enabled: protection.allowDeletions },
      ...(checks && {
        required_status_checks: {
          url: `${url}/required_status_checks`,
          contexts_url: `${url}/required_status_checks/contexts`,
          strict: checks.strict,
          contexts: checks.contexts,
          checks: checks.contexts.map((name) => ({ context: name, app_id: null })),
        },
      }),
      ...(reviews !== null && {
        required_pull_request_reviews: {
          url: `${url}/required_pull_request_reviews`,
          dismiss_stale_reviews: false,
          require_code_owner_reviews: false,
          required_approving_review_count: reviews,
        },
      }),
      ...(pushers && {
        restrictions: {
          url: restrictions,
          users_url: `${restrictions}/users`,
          teams_url: `${restrictions}/teams`,
          apps_url: `${restrictions}/apps`,
          users: context.users
            .filter(({ login }) => pushers.includes(login))
            .map((user) => userAnswer(user, context.addresses)),
          teams: [],
          apps: [],
        },
      }),
    };
  }
}
