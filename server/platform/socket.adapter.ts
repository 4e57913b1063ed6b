import type { INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Server, ServerOptions, Socket } from 'socket.io';
import { writeByFrames } from './frame-writer.js';
import { FramingAdapter } from './framing-adapter.js';
import * as packetParser from '../protocol/packet-parser.js';
import type { ClientToServerEvents } from '../protocol/client-events.js';
import { ProtocolError } from '../protocol/error.js';
import type { ServerToClientEvents } from '../protocol/server-events.js';
import { PROTOCOL_VERSION } from '../protocol/version.js';
import type { Account } from '../protocol/user.js';
import { log } from './log.js';
import { sockets as connected } from './metrics.js';

/** A socket whose account is known: nobody else gets past the handshake. */
export type Connection = Socket<
  ClientToServerEvents,
  ServerToClientEvents,
  Record<string, never>,
  { account: Account }
>;
export type SocketServer = Server<
  ClientToServerEvents,
  ServerToClientEvents,
  Record<string, never>,
  { account: Account }
>;

/**
 * The largest packet. A push is limited to a quarter of it (UPDATE_MAX_BYTES),
 * because above this size Socket.IO cuts the connection without a word (DOC8).
 */
const PACKET_MAX_BYTES = 4_000_000;
/** Sockets that are let go together, and the pause after them: a process takes in a thousand a second. */
const LEAVING_AT_ONCE = 50;
const LEAVING_PAUSE_MS = 50;
/** However many there are, they are gone after about this. */
const LEAVING_MS = 5_000;

export type Handshake = {
  /** Who the cookie header belongs to. */
  authenticate(cookieHeader: string | undefined): Promise<Account | null>;
  /** Whether a page of this origin may connect: CORS does not cover WebSocket (SEC2). */
  isOwnOrigin(origin: string | undefined, host: string | undefined): boolean;
};

/**
 * Socket.IO as Perch speaks it: WebSocket alone (no sticky sessions), binary
 * packets, no compression on the hot path, and a handshake that fails closed.
 */
export class SocketAdapter extends IoAdapter {
  readonly #servers = new Set<SocketServer>();
  #leaving = false;

  constructor(
    application: INestApplicationContext,
    private readonly handshake: Handshake,
  ) {
    super(application);
  }

  override createIOServer(port: number, options?: ServerOptions): Server {
    const settings: Partial<ServerOptions> = {
      ...options,
      path: '/socket',
      serveClient: false,
      transports: ['websocket'],
      perMessageDeflate: false,
      maxHttpBufferSize: PACKET_MAX_BYTES,
      parser: packetParser,
      adapter: FramingAdapter,
      allowRequest: (request: IncomingMessage, decide: (error: string | null, allowed: boolean) => void) => {
        decide(null, this.handshake.isOwnOrigin(request.headers.origin, request.headers.host));
      },
    };
    const server = super.createIOServer(port, settings as ServerOptions) as unknown as Server;
    const sockets = server as unknown as SocketServer;
    this.#servers.add(sockets);
    sockets.on('connection', (socket) => {
      connected.inc();
      writeByFrames(socket);
      socket.once('disconnect', () => connected.dec());
    });
    sockets.use((socket, next) => {
      void this.#admit(socket).then(
        () => next(),
        (error: unknown) => next(refusal(error)),
      );
    });
    return server;
  }

  /** Ends the connections whose session has ended. They come back as a handshake, which says so. */
  async dropSignedOut(): Promise<void> {
    for (const server of this.#servers)
      for (const socket of server.sockets.sockets.values()) {
        try {
          const account = await this.handshake.authenticate(socket.handshake.headers.cookie);
          if (!account) socket.disconnect(true);
        } catch (error) {
          log.warn({ err: error }, 'a session could not be asked again; its connection stays');
        }
      }
  }

  /** From now on nobody is let in: they are told to try again, and get to another process. */
  refuseNew(): void {
    this.#leaving = true;
  }

  /**
   * Ends all connections, those that are let go at once few enough for whoever
   * takes them next. They connect again by themselves, elsewhere.
   *
   * @param settled resolves when what they were promised can be said to them
   */
  async sendElsewhere(settled: () => Promise<void>): Promise<void> {
    const leaving = [...this.#servers].flatMap((server) => [...server.sockets.sockets.values()]);
    const atOnce = Math.max(LEAVING_AT_ONCE, Math.ceil(leaving.length / (LEAVING_MS / LEAVING_PAUSE_MS)));
    for (let first = 0; first < leaving.length; first += atOnce) {
      if (first > 0) await pause(LEAVING_PAUSE_MS);
      await Promise.race([settled(), pause(LEAVING_PAUSE_MS)]);
      for (const socket of leaving.slice(first, first + atOnce)) socket.disconnect(true);
    }
  }

  async #admit(socket: Connection): Promise<void> {
    if (this.#leaving) throw new ProtocolError('unavailable', 'This process of Perch is stopping.');
    if (socket.handshake.auth.protocol !== PROTOCOL_VERSION) {
      throw new ProtocolError('conflict', 'A new version of Perch is here. Reload this page.');
    }
    const account = await this.handshake.authenticate(socket.handshake.headers.cookie);
    if (!account) throw new ProtocolError('unauthenticated', 'You are signed out. Sign in again.');
    const { person } = socket.handshake.auth;
    if (person !== undefined && person !== account.id) {
      throw new ProtocolError(
        'conflict',
        'Somebody else has signed in in this browser. Reload this page; what was not sent is kept for whoever wrote it.',
      );
    }
    socket.data.account = account;
  }
}

/** Socket.IO carries an error's `data` to the client's `connect_error`. */
function refusal(error: unknown): Error {
  const known =
    error instanceof ProtocolError
      ? error
      : new ProtocolError('unavailable', 'Perch cannot take you in now.', { cause: error });
  return Object.assign(new Error(known.message), { data: known.toBody() });
}
