import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/**
 * What happens to one request on its way: an answer in the forge's place, a
 * connection cut before or after the forge has done it, or something else that
 * happens first.
 */
export type Mishap =
  | { kind: 'answer'; status: number; headers?: Record<string, string>; body: unknown }
  | { kind: 'cut-before' }
  | { kind: 'cut-after' }
  | { kind: 'first'; run: () => Promise<unknown> };

type Rule = { method: string; path: RegExp; mishap: Mishap; left: number };

/** The network between Perch and its forge. */
export class ForgeProxy {
  /** `METHOD path` of all that was asked. */
  readonly asked: string[] = [];
  readonly #rules: Rule[] = [];
  // Who asks is in this very process: one that is busy for seconds must not come back to a connection that has ended.
  readonly #server = createServer({ keepAliveTimeout: 60_000 }, (asked, answer) => {
    this.#pass(asked, answer).catch(() => answer.destroy());
  });

  private constructor(private readonly apiUrl: string) {}

  static async start(apiUrl: string): Promise<ForgeProxy> {
    const proxy = new ForgeProxy(apiUrl);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** Stands for the forge's API. */
  get url(): string {
    return `${this.#origin}${new URL(this.apiUrl).pathname}`;
  }

  get #origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** So many of the next such requests go wrong. */
  next(method: string, path: RegExp, mishap: Mishap, left = 1): void {
    this.#rules.push({ method, path, mishap, left });
  }

  /** How often such a request was made; from now on it is counted anew. */
  count(method: string, path: RegExp): number {
    return this.asked.filter((each) => each.startsWith(`${method} `) && path.test(each)).length;
  }

  reset(): void {
    this.asked.splice(0);
    this.#rules.splice(0);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = asked;
    this.asked.push(`${method} ${url}`);
    const rule = this.#rules.find((each) => each.left > 0 && each.method === method && each.path.test(url));
    const body = await buffer(asked);
    if (rule) {
      rule.left--;
      const { mishap } = rule;
      if (mishap.kind === 'cut-before') {
        answer.destroy();
        return;
      }
      if (mishap.kind === 'answer') {
        answer
          .writeHead(mishap.status, { 'Content-Type': 'application/json', ...mishap.headers })
          .end(JSON.stringify(mishap.body));
        return;
      }
      if (mishap.kind === 'first') await mishap.run();
    }
    await new Promise<void>((resolve, reject) => {
      const passed = request(new URL(url, this.apiUrl), { method, headers }, (found) => {
        if (rule?.mishap.kind === 'cut-after') {
          found.resume().once('end', () => {
            answer.destroy();
            resolve();
          });
          return;
        }
        const { location } = found.headers;
        // Where it leads on to itself one comes through here again, and keeps the token.
        if (location) found.headers.location = location.replace(new URL(this.apiUrl).origin, this.#origin);
        answer.writeHead(found.statusCode ?? 502, found.headers);
        found.pipe(answer);
        found.once('end', resolve);
      });
      passed.once('error', reject);
      passed.end(body);
    });
  }
}
