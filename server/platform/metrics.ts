import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/**
 * What this process counts for Prometheus, in its base units and by its naming
 * rules. Only additions stand here, cheap enough for every key; what is a size
 * is read when somebody asks (see metric/metric.service.ts).
 */
export const registry = new Registry();

const common = { registers: [registry] };
const FAST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

export const sockets = new Gauge({
  ...common,
  name: 'perch_sockets',
  help: 'Connected sockets: a tab or a program each',
});

export const pushes = new Counter({
  ...common,
  name: 'perch_pushes_total',
  help: 'Pushes of edits that clients have sent, refused ones included',
});

export const updatesStored = new Counter({
  ...common,
  name: 'perch_updates_stored_total',
  help: 'Updates of documents that were committed to the database',
});

export const appendSeconds = new Histogram({
  ...common,
  name: 'perch_append_duration_seconds',
  help: 'Time to commit one batch of updates: what an acknowledgement waits for at least',
  buckets: FAST_SECONDS,
});

export const appendFailures = new Counter({
  ...common,
  name: 'perch_append_failures_total',
  help: 'Batches of updates that could not be committed at once; each is tried again',
});

export const eventSeconds = new Histogram({
  ...common,
  name: 'perch_event_delay_seconds',
  help: 'Time from an event’s transaction, by the database’s clock, until this process tells it',
  buckets: FAST_SECONDS,
});

export const requestSeconds = new Histogram({
  ...common,
  name: 'perch_http_request_duration_seconds',
  help: 'Time to answer a request to the API, event streams left out',
  labelNames: ['method', 'status'],
  buckets: FAST_SECONDS,
});

export const forgeRequests = new Counter({
  ...common,
  name: 'perch_forge_requests_total',
  help: 'Requests to GitHub’s API by the status of the answer; 304 costs nothing of the budget',
  labelNames: ['status'],
});

export const forgePauses = new Counter({
  ...common,
  name: 'perch_forge_pauses_total',
  help: 'Times GitHub asked to wait by retry-after: its secondary limits',
});

export const webhookDeliveries = new Counter({
  ...common,
  name: 'perch_webhook_deliveries_total',
  help: 'Deliveries of the forge’s webhooks by their event and what became of them: taken, known, ignored, malformed, unsigned, failed',
  labelNames: ['event', 'outcome'],
});

export const branchChecks = new Counter({
  ...common,
  name: 'perch_branch_checks_total',
  help: 'Times a branch was asked for without a webhook, by why (poll, start) and what was found (unchanged, moved, failed)',
  labelNames: ['reason', 'outcome'],
});

export const branchWatcher = new Gauge({
  ...common,
  name: 'perch_branch_watcher',
  help: 'Whether this process looks at the branches for all: 1 or 0',
});

export const branchWatchSeconds = new Gauge({
  ...common,
  name: 'perch_branch_watch_interval_seconds',
  help: 'How often the branches with somebody there are looked at, as the forge’s budget allows',
});
