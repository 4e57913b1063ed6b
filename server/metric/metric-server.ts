import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { collectDefaultMetrics } from 'prom-client';
import { Config } from '../config.js';
import { log } from '../platform/log.js';
import { registry } from '../platform/metrics.js';
import { MetricService } from './metric.service.js';

/**
 * Prometheus' door, where the operator asked for one: an address of its own,
 * so that the one people use has nothing to hide.
 */
@Injectable()
export class MetricServer implements OnApplicationBootstrap, OnApplicationShutdown {
  #server: Server | undefined;

  constructor(
    private readonly config: Config,
    private readonly metrics: MetricService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.config.metrics) return;
    // The process itself: memory, garbage collection, the event loop's delay.
    if (!registry.getSingleMetric('process_cpu_user_seconds_total'))
      collectDefaultMetrics({ register: registry });
    const server = createServer((request, response) => {
      if (request.method === 'GET' && request.url === '/metrics') void this.#answer(response);
      else response.writeHead(404).end();
    });
    const { host, port } = this.config.metrics;
    server.listen(port, host);
    await once(server, 'listening');
    this.#server = server;
    log.info({ host, port }, 'metrics are served');
  }

  async onApplicationShutdown(): Promise<void> {
    if (!this.#server) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(response: ServerResponse): Promise<void> {
    try {
      const { contentType, text } = await this.metrics.scrape();
      response.writeHead(200, { 'Content-Type': contentType }).end(text);
    } catch (error) {
      log.error({ err: error }, 'metrics could not be collected');
      response.writeHead(500).end();
    }
  }
}
