import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** How long a request under way may take to end once the server has stopped listening. */
const REQUESTS_MS = 5_000;
const LOOK_MS = 20;

/**
 * The connections of an HTTP server. A browser keeps some open that it has
 * asked nothing over yet; Node would wait for those a minute before it closes.
 */
export class HttpConnections {
  readonly #idle = new Set<Socket>();

  constructor(private readonly server: Server) {
    server.on('connection', (socket) => {
      this.#idle.add(socket);
      socket.once('close', () => this.#idle.delete(socket));
    });
    server.on('request', (request, response) => {
      this.#idle.delete(request.socket);
      response.once('close', () => {
        if (!request.socket.destroyed) this.#idle.add(request.socket);
      });
    });
    // From here on it is Socket.IO's, which says goodbye.
    server.on('upgrade', (request) => this.#idle.delete(request.socket as Socket));
  }

  /** While `close` waits for connections to end, ends those that nothing comes over, and after a while all. */
  async endDuring(close: () => Promise<void>): Promise<void> {
    let stoppedAt: number | undefined;
    const timer = setInterval(() => {
      if (this.server.listening) return;
      stoppedAt ??= performance.now();
      if (performance.now() - stoppedAt > REQUESTS_MS) this.server.closeAllConnections();
      for (const socket of this.#idle) socket.destroy();
    }, LOOK_MS);
    try {
      await close();
    } finally {
      clearInterval(timer);
    }
  }
}
