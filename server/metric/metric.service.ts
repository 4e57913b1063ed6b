import { Injectable } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { DocumentService } from '../document/document.service.js';
import { EventStreamService } from '../event/event-stream.service.js';
import { HealthService } from '../health/health.service.js';
import { DatabaseConnection } from '../platform/database.js';
import { GithubClient } from '../platform/github-client.js';
import { registry } from '../platform/metrics.js';
import { PresenceService } from '../presence/presence.service.js';

const gauge = (name: string, help: string, labelNames: string[] = []) =>
  new Gauge({ name: `perch_${name}`, help, labelNames, registers: [registry] });

const ready = gauge('ready', 'Whether this process should be sent people: 1 or 0');
const rooms = gauge('rooms', 'Workspaces in which somebody is on this process');
const documents = gauge('documents', 'Documents loaded');
const waiting = gauge('append_waiting_bytes', 'Updates taken and not yet committed');
const streams = gauge('event_streams', 'Open streams of events over HTTP');
const connections = gauge('database_connections', 'The pool’s connections, by what they do', ['state']);
const waiters = gauge('database_waiters', 'Queries that wait for a connection of the pool');
const OF_BUDGET = ['token', 'resource'];
const budget = gauge('forge_budget', 'Requests that GitHub takes in its current hour', OF_BUDGET);
const remaining = gauge(
  'forge_budget_remaining',
  'Requests that are left of GitHub’s current hour: of Perch’s own token, or of the App and its installations',
  OF_BUDGET,
);

/** The sizes of this process, looked at when they are asked for. */
@Injectable()
export class MetricService {
  constructor(
    private readonly health: HealthService,
    private readonly documents: DocumentService,
    private readonly presence: PresenceService,
    private readonly streams: EventStreamService,
    private readonly connection: DatabaseConnection,
    private readonly github: GithubClient,
  ) {}

  /** Everything, in Prometheus' text format. */
  async scrape(): Promise<{ contentType: string; text: string }> {
    ready.set((await this.health.isReady()) ? 1 : 0);
    rooms.set(this.presence.roomCount);
    documents.set(this.documents.openCount);
    waiting.set(this.documents.waitingBytes);
    streams.set(this.streams.openCount);
    const { totalCount, idleCount, waitingCount } = this.connection.pool;
    connections.set({ state: 'idle' }, idleCount);
    connections.set({ state: 'busy' }, totalCount - idleCount);
    waiters.set(waitingCount);
    for (const { token, resources } of this.github.budgets.all()) {
      // People are too many to be counted one by one.
      if (token.kind === 'person') continue;
      const name = token.kind === 'installation' ? `installation ${token.account}` : token.kind;
      for (const resource of resources) {
        budget.set({ token: name, resource: resource.name }, resource.limit);
        remaining.set({ token: name, resource: resource.name }, resource.remaining);
      }
    }
    return { contentType: registry.contentType, text: await registry.metrics() };
  }
}
