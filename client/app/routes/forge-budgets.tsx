import { PageTitle } from '@/components/page-title.js';
import { ForgeBudgets } from '@/features/forge-budget/forge-budgets.js';

export function Component() {
  return (
    <div className="page">
      <PageTitle>GitHub’s limits</PageTitle>
      <h1>GitHub’s limits</h1>
      <p className="muted">
        GitHub takes so many requests an hour of each token. What has not changed is asked for by its ETag and
        costs nothing.
      </p>
      <ForgeBudgets />
    </div>
  );
}
