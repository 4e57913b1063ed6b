import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

const PROBE_MS = 100;
/** How long somebody is held who finds no process ready. */
const HOLD_MS = 10_000;

/**
 * One port before several servers, as a load balancer is: connections go round
 * among those whose /readyz says yes, and to the next where one does not take
 * it. It knows nothing of what passes through it.
 */
export class Balancer {
  readonly #open = new Set<Socket>();
  readonly #timer: NodeJS.Timeout;
  #ready: string[] = [];
  #turn = 0;

  private constructor(
    private readonly server: Server,
    private readonly urls: () => readonly string[],
  ) {
    server.on('connection', (client) => void this.#serve(client));
    this.#timer = setInterval(() => void this.#probe(), PROBE_MS);
  }

  static async start(urls: () => readonly string[]): Promise<Balancer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const balancer = new Balancer(server, urls);
    await balancer.#probe();
    return balancer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The servers that people are sent to now. */
  get ready(): readonly string[] {
    return this.#ready;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    for (const socket of this.#open) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  async #probe(): Promise<void> {
    const answers = await Promise.all(
      this.urls().map(async (url) => {
        const answer = await fetch(`${url}/readyz`).catch(() => undefined);
        return answer?.ok ? [url] : [];
      }),
    );
    this.#ready = answers.flat();
  }

  async #serve(client: Socket): Promise<void> {
    this.#keep(client);
    for (const end = performance.now() + HOLD_MS; performance.now() < end && !client.destroyed;) {
      for (let tries = this.#ready.length; tries > 0; tries--) {
        const url = new URL(this.#ready[this.#turn++ % this.#ready.length] ?? '');
        const server = connect(Number(url.port), url.hostname);
        const connected = await once(server, 'connect').catch(() => undefined);
        if (!connected) continue;
        this.#keep(server);
        client.pipe(server).pipe(client);
        client.once('close', () => server.destroy());
        server.once('close', () => client.destroy());
        return;
      }
      await this.#probe();
    }
    client.destroy();
  }

  #keep(socket: Socket): void {
    this.#open.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => this.#open.delete(socket));
  }
}
