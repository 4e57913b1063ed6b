import type { ForgeBudget } from '@protocol/forge-budget.js';

/** Below a tenth of the hour's requests people hear of it. */
const LOW = 0.1;

/**
 * What is to be said of the requests GitHub still takes, if anything.
 *
 * GIT6 Whoever is here is told when little or nothing is left, when there is
 * more again, and what goes on meanwhile.
 */
export function budgetWords(budget: ForgeBudget | null | undefined, now: Date): string | null {
  if (!budget || !isLow(budget, now)) return null;
  const until = timeOf(budget.resetsAt);
  return budget.remaining === 0
    ? `GitHub takes no more requests from Perch until ${until}. Editing together goes on and everything is saved; committing, opening a branch and opening a file for the first time work again then.`
    : `GitHub takes only ${budget.remaining} more of ${budget.limit} requests from Perch until ${until}. Editing together needs none; committing and opening a branch need some.`;
}

/** Whether little is left of it, and not new by now. */
export function isLow(budget: ForgeBudget, now: Date): boolean {
  return new Date(budget.resetsAt) > now && budget.remaining < budget.limit * LOW;
}

export function timeOf(moment: string): string {
  return new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' }).format(new Date(moment));
}
