import type { ForgeBudget } from '../protocol/forge-budget.js';

/** With what it takes to bring a push in, it is seen within 15 s (GIT2). */
export const USUAL_MS = 10_000;
/** While the forge's budget runs low; webhooks still tell at once. */
const LOW_MS = 60_000;
const LOW_BUDGET = 0.1;
const LONGEST_MS = 3_600_000;

/** How long to wait until the branches are asked for again (GIT6). Milliseconds. */
export function paceOf(budget: ForgeBudget | null, now: number): number {
  if (!budget) return USUAL_MS;
  const reset = Date.parse(budget.resetsAt) - now;
  if (reset <= 0 || budget.remaining >= budget.limit * LOW_BUDGET) return USUAL_MS;
  return budget.remaining > 0 ? LOW_MS : Math.min(LONGEST_MS, Math.max(LOW_MS, reset));
}
