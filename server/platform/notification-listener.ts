import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import createSubscriber from 'pg-listen';
import { log } from './log.js';

export type Channel =
  | 'perch_document'
  | 'perch_event'
  | 'perch_presence'
  | 'perch_access'
  | 'perch_account'
  | 'perch_file'
  | 'perch_branches';

/** How often readers look without having been woken: a notice can be lost while LISTEN reconnects (DOC4). */
export const CATCH_UP_MS = 5_000;

/**
 * The one LISTEN of this process. It connects at start, reconnects for ever,
 * and guarantees that after any gap every subscriber is woken once
 * (`payload` null): a notice is a wake-up, never the data.
 */
@Injectable()
export class NotificationListener implements OnApplicationShutdown {
  readonly #subscriber;
  readonly #handlers = new Map<Channel, Set<(payload: string | null) => void>>();
  #timer: NodeJS.Timeout | undefined;
  #connected = false;

  private constructor(url: string) {
    this.#subscriber = createSubscriber.default(
      {
        connectionString: url,
        keepAlive: true,
        application_name: 'perch-listen',
        // After a reconnect every LISTEN is sent at once, which pg wants to be told.
        pipeline: true,
      },
      {
        parse: (text) => text,
        serialize: (value: string) => value,
        retryLimit: Infinity,
        retryTimeout: Infinity,
        retryInterval: (n) => Math.min(100 * n, 2_000),
        paranoidChecking: 10_000,
      },
    );
    this.#subscriber.events.on('connected', () => {
      this.#connected = true;
      this.#wakeAll();
    });
    this.#subscriber.events.on('error', (error) => log.error({ error: error.message }, 'LISTEN is gone'));
    this.#subscriber.events.on('reconnect', (attempt) => {
      this.#connected = false;
      log.warn({ attempt }, 'LISTEN reconnects');
    });
  }

  static async start(url: string): Promise<NotificationListener> {
    const listener = new NotificationListener(url);
    await listener.#subscriber.connect();
    listener.#timer = setInterval(() => listener.#wakeAll(), CATCH_UP_MS);
    return listener;
  }

  /** Whether notices reach this process now. */
  get isConnected(): boolean {
    return this.#connected;
  }

  /** Calls `handler` with each notice's payload, and with null whenever one may have been missed. */
  async listen(channel: Channel, handler: (payload: string | null) => void): Promise<() => void> {
    let handlers = this.#handlers.get(channel);
    if (!handlers) {
      handlers = new Set();
      this.#handlers.set(channel, handlers);
      const all = handlers;
      this.#subscriber.notifications.on(channel, (payload: string) => {
        for (const each of all) each(payload);
      });
      await this.#subscriber.listenTo(channel);
    }
    handlers.add(handler);
    return () => handlers.delete(handler);
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#subscriber.close();
  }

  #wakeAll(): void {
    for (const handlers of this.#handlers.values()) for (const handler of handlers) handler(null);
  }
}
