import { Flash, Label } from '@primer/react';
import type { ForgeResource, ForgeTokenBudget } from '@protocol/forge-budget.js';
import { useQuery } from '@tanstack/react-query';
import { DelayedProgress } from '@/components/delayed-progress.js';
import { isLow, timeOf } from '@/lib/budget-words.js';
import { request } from '@/lib/http.js';
import './forge-budgets.css';

/** The server knows from its last answers: asking it costs nothing of any budget. */
const LOOK_AGAIN_MS = 10_000;

/** What GitHub still takes, by each token that Perch asks with. */
export function ForgeBudgets() {
  const budgets = useQuery({
    queryKey: ['forge-budgets'],
    queryFn: ({ signal }) => request('GET /api/forge/budgets', { signal }),
    refetchInterval: LOOK_AGAIN_MS,
    retry: false,
  });
  if (budgets.error && !budgets.data) return <Flash variant="danger">{budgets.error.message}</Flash>;
  if (!budgets.data) return <DelayedProgress label="Loading what GitHub still takes" />;
  const { process, since, tokens } = budgets.data;
  const now = new Date(budgets.dataUpdatedAt);
  const all = tokens.toSorted(
    (one, other) => ORDER.indexOf(one.token.kind) - ORDER.indexOf(other.token.kind),
  );
  return (
    <>
      {all.length === 0 && <p className="muted">GitHub was not asked anything yet.</p>}
      {all.map((budget) => (
        <TokenBudget key={budget.token.id} budget={budget} now={now} />
      ))}
      <p className="muted">
        As GitHub’s last answers to the process {process.slice(0, 8)} said, which has run since{' '}
        {timeOf(since, now)}. Where there are several processes, each counts for itself, and they share what
        is left.
      </p>
    </>
  );
}

function TokenBudget({ budget, now }: { budget: ForgeTokenBudget; now: Date }) {
  const { token, resources, pausedUntil } = budget;
  const name = nameOf(token);
  return (
    <section className="forge-budget">
      <h2>{name}</h2>
      {pausedUntil && new Date(pausedUntil) > now && (
        <Flash variant="warning">GitHub asked to wait until {timeOf(pausedUntil, now)}.</Flash>
      )}
      {resources.length > 0 && (
        <table className="forge-budget-table">
          {/* Its heading says the same to whoever sees it. */}
          <caption className="visually-hidden">What is left, {name}</caption>
          <thead>
            <tr>
              <th scope="col">Of</th>
              <th scope="col">Left</th>
              <th scope="col">New at</th>
              <th scope="col">As of</th>
            </tr>
          </thead>
          <tbody>
            {resources.map((resource) => (
              <ResourceRow key={resource.name} resource={resource} now={now} />
            ))}
          </tbody>
        </table>
      )}
      <p className="muted">{countsOf(budget)}</p>
    </section>
  );
}

function ResourceRow({ resource, now }: { resource: ForgeResource; now: Date }) {
  const { name, limit, remaining, resetsAt, seenAt } = resource;
  const isNew = new Date(resetsAt) <= now;
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        {/* Its hour is over: nobody has asked since. */}
        {(isNew ? limit : remaining).toLocaleString()} of {limit.toLocaleString()}{' '}
        {isLow(resource, now) && (
          <Label variant={remaining === 0 ? 'danger' : 'attention'}>
            {remaining === 0 ? 'used up' : 'low'}
          </Label>
        )}
      </td>
      <td>{isNew ? 'now' : timeOf(resetsAt, now)}</td>
      <td>{timeOf(seenAt, now)}</td>
    </tr>
  );
}

const ORDER: readonly ForgeTokenBudget['token']['kind'][] = ['perch', 'installation', 'app', 'person'];

function countsOf({ requests, unchanged, pauses }: ForgeTokenBudget): string {
  const asked = `${requests.toLocaleString()} ${requests === 1 ? 'request' : 'requests'}`;
  const free = unchanged === 0 ? 'none' : unchanged.toLocaleString();
  const waits = pauses === 0 ? 'never' : pauses === 1 ? 'once' : `${pauses} times`;
  return `${asked}, ${free} of them answered “unchanged”, which costs nothing; ${waits} asked to wait.`;
}

function nameOf({ kind, name }: ForgeTokenBudget['token']): string {
  if (kind === 'perch') return 'Perch’s own token';
  if (kind === 'app') return 'The GitHub App itself';
  if (kind === 'installation') return `The App on ${name}`;
  return name ?? 'Somebody who left';
}
