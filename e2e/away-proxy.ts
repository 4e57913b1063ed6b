import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** What stands in front of a server, and answers for it while it is away. */
export class AwayProxy {
  /** The status of every answer, as a proxy gives it that finds no server; null while there is one. */
  #away: 502 | 503 | 504 | null = null;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((asked, answer) => this.#pass(asked, answer));

  private constructor(readonly serverPort: number) {
    this.#server.on('connection', (socket) => this.#keep(socket));
    this.#server.on('upgrade', (asked: IncomingMessage, socket: Socket, head: Buffer) =>
      this.#upgrade(asked, socket, head),
    );
  }

  static async start(serverPort: number): Promise<AwayProxy> {
    const proxy = new AwayProxy(serverPort);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The server behind it goes, and every connection to it. */
  goAway(status: 502 | 503 | 504): void {
    this.#away = status;
    for (const socket of this.#sockets) socket.destroy();
  }

  comeBack(): void {
    this.#away = null;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(asked: IncomingMessage, answer: ServerResponse): void {
    if (this.#away !== null) {
      answer.writeHead(this.#away, { 'Content-Type': 'text/html' }).end('<h1>The proxy finds no server</h1>');
      return;
    }
    const { method, url, headers } = asked;
    const passed = request(
      { port: this.serverPort, host: '127.0.0.1', method, path: url, headers },
      (found) => {
        answer.writeHead(found.statusCode ?? 502, found.headers);
        found.pipe(answer);
      },
    );
    passed.on('error', () => answer.destroy());
    asked.pipe(passed);
  }

  #upgrade(asked: IncomingMessage, socket: Socket, head: Buffer): void {
    if (this.#away !== null) {
      socket.end(`HTTP/1.1 ${this.#away} Away\r\n\r\n`);
      return;
    }
    const passed = connect(this.serverPort, '127.0.0.1', () => {
      const headers: string[] = [];
      for (let at = 0; at < asked.rawHeaders.length; at += 2)
        headers.push(`${asked.rawHeaders[at]}: ${asked.rawHeaders[at + 1]}`);
      passed.write(`GET ${asked.url} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
      passed.write(head);
      socket.pipe(passed).pipe(socket);
    });
    this.#keep(passed);
    passed.on('error', () => socket.destroy());
    socket.on('error', () => passed.destroy());
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
  }
}
