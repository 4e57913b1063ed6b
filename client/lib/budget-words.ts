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
  const until = timeOf(budget.resetsAt, now);
  return budget.remaining === 0
    ? `GitHub takes no more requests from Perch until ${until}. Editing together goes on and everything is saved; committing, opening a branch and opening a file for the first time work again then.`
    : `GitHub takes only ${budget.remaining} more of ${budget.limit} requests from Perch until ${until}. Editing together needs none; committing and opening a branch need some.`;
}

/** Whether little is left of it, and not new by now. */
export function isLow(budget: ForgeBudget, now: Date): boolean {
  return new Date(budget.resetsAt) > now && budget.remaining < budget.limit * LOW;
}

/** Nobody takes an hour that comes so soon for another day's. */
const SOON_MS = 12 * 3_600_000;

/** The hour, and the day where it is not this one. */
export function timeOf(moment: string, now: Date): string {
  const at = new Date(moment);
  const ahead = at.getTime() - now.getTime();
  const isToday = at.toDateString() === now.toDateString() || (ahead > 0 && ahead < SOON_MS);
  return new Intl.DateTimeFormat(undefined, {
    hour: 'numeric',
    minute: '2-digit',
    ...(!isToday && { weekday: 'short', day: 'numeric', month: 'short' }),
    ...(!isToday && at.getFullYear() !== now.getFullYear() && { year: 'numeric' }),
  }).format(at);
}
