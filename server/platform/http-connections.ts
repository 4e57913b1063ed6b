import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** How long a request under way may take to end once the server has stopped listening. */
const REQUESTS_MS = 10_000;
/** How long whoever is behind a socket has to answer its goodbye: a sleeping laptop never does. */
const GOODBYE_MS = 2_000;
const LOOK_MS = 20;

/**
 * The connections of an HTTP server, and its end: a browser keeps some open
 * that it has asked nothing over yet, for which Node would wait a minute.
 */
export class HttpConnections {
  readonly #idle = new Set<Socket>();
  readonly #answering = new Set<ServerResponse>();
  readonly #upgraded = new Set<Socket>();
  #leaving = false;

  constructor(private readonly server: Server) {
    server.on('connection', (socket) => {
      this.#idle.add(socket);
      socket.once('close', () => this.#idle.delete(socket));
    });
    server.on('request', (request, response) => {
      this.#idle.delete(request.socket);
      this.#answering.add(response);
      // Whoever keeps connections for later (a proxy, a browser) is to ask over a new one, elsewhere.
      if (this.#leaving) response.setHeader('Connection', 'close');
      response.once('close', () => {
        this.#answering.delete(response);
        if (!request.socket.destroyed) this.#idle.add(request.socket);
      });
    });
    // From here on it is Socket.IO's, which says goodbye.
    server.on('upgrade', ({ socket }) => {
      this.#idle.delete(socket);
      this.#upgraded.add(socket);
      socket.once('close', () => this.#upgraded.delete(socket));
    });
  }

  /** From now on each answer is the last of its connection. */
  leave(): void {
    this.#leaving = true;
  }

  /** Takes no new connection, and resolves when what was asked is answered: after a while all the same. */
  async finish(): Promise<void> {
    this.server.close();
    const end = performance.now() + REQUESTS_MS;
    while (this.#answering.size > 0 && performance.now() < end) {
      this.#endIdle();
      await pause(LOOK_MS);
    }
  }

  /** Ends, while `close` waits for connections to end, all that are not Socket.IO's, and after a while those too. */
  async endDuring(close: () => Promise<void>): Promise<void> {
    let end: number | undefined;
    const timer = setInterval(() => {
      if (this.server.listening) return;
      end ??= performance.now() + GOODBYE_MS;
      if (performance.now() > end) for (const socket of this.#upgraded) socket.destroy();
      for (const response of this.#answering) response.destroy();
      this.#endIdle();
    }, LOOK_MS);
    try {
      await close();
    } finally {
      clearInterval(timer);
    }
  }

  #endIdle(): void {
    for (const socket of this.#idle) socket.destroy();
  }
}
