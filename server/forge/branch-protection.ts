import { permits, type ForgeUser, type HostedRepository } from './hosted-repository.js';
import type { PushRule } from './git/push-hook.js';
import type { Moved, RefUpdate } from './git/ref-store.js';

const HEADS = 'refs/heads/';
const NO_DELETION = 'Cannot delete this branch';
const NO_REWIND = 'Cannot force-push to this branch';

/** What GitHub's classic branch protection may ask for. It lasts as long as the forge runs. */
export type BranchProtection = {
  enforceAdmins: boolean;
  /** Approving reviews, or null where a pull request is not asked for. */
  reviews: number | null;
  checks: { strict: boolean; contexts: string[] } | null;
  /** Logins of the only ones who may push, or null for everybody who may write. */
  pushers: string[] | null;
  allowForcePushes: boolean;
  allowDeletions: boolean;
};

export function protectionOf(repository: HostedRepository, ref: string): BranchProtection | undefined {
  return ref.startsWith(HEADS) ? repository.protections.get(ref.slice(HEADS.length)) : undefined;
}

/** Why a protected branch does not take an update, in GitHub's words; null where it does. */
export async function refusalOf(
  repository: HostedRepository,
  user: ForgeUser,
  { ref, before, after }: Moved | RefUpdate,
): Promise<string | null> {
  const protection = protectionOf(repository, ref);
  if (!protection) return null;
  if (after === null && !protection.allowDeletions) return NO_DELETION;
  if (before !== null && after !== null && !protection.allowForcePushes)
    if (!(await repository.objects.isAncestor(before, after))) return NO_REWIND;
  return refusedPush(repository, user, ref);
}

/** The same for a push over git, whose refs are not known before they move. */
export function pushRules(repository: HostedRepository, user: ForgeUser): PushRule[] {
  return [...repository.protections].flatMap(([branch, { allowDeletions, allowForcePushes }]) => {
    const ref = `${HEADS}${branch}`;
    const refused = refusedPush(repository, user, ref);
    const rules: (PushRule | false)[] = [
      !allowDeletions && { ref, refused: 'deletion', why: NO_DELETION },
      !allowForcePushes && { ref, refused: 'rewind', why: NO_REWIND },
      refused !== null && { ref, refused: 'everything', why: refused },
    ];
    return rules.filter((rule) => rule !== false);
  });
}

/** Why a protected branch takes nothing from this person at all. */
export function refusedPush(repository: HostedRepository, user: ForgeUser, ref: string): string | null {
  const protection = protectionOf(repository, ref);
  const permission = repository.permissionOf(user);
  if (!protection) return null;
  if (!protection.enforceAdmins && permission !== null && permits(permission, 'admin')) return null;
  const { pushers, reviews, checks } = protection;
  if (pushers && !pushers.includes(user.login)) return "You're not authorized to push to this branch.";
  if (reviews !== null) return 'Changes must be made through a pull request.';
  if (!checks || checks.contexts.length === 0) return null;
  const { length } = checks.contexts;
  return length === 1
    ? `Required status check "${checks.contexts[0]}" is expected.`
    : `${length} of ${length} required status checks are expected.`;
}
