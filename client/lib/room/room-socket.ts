import type {
  CallBody,
  CallReply,
  ClientEvent,
  ClientToServerEvents,
  Result,
} from '@protocol/client-events.js';
import { ProtocolError } from '@protocol/error.js';
import type { ServerToClientEvents } from '@protocol/server-events.js';
import { PROTOCOL_VERSION } from '@protocol/version.js';
import { io, type Socket } from 'socket.io-client';
import * as packetParser from '@protocol/packet-parser.js';

export type RoomSocket = Socket<ServerToClientEvents, ClientToServerEvents>;

/** How long a call may go unanswered before it counts as lost with its connection. */
const CALL_TIMEOUT_MS = 20_000;

/**
 * A socket to `url`, not yet connected, that reconnects for ever.
 *
 * @param as.headers sent with the handshake; a browser sends its cookie by itself
 * @param as.person the id of who this is, where the cookie may have become another's
 */
export function openSocket(
  url: string,
  as: { headers?: Record<string, string>; person?: string },
): RoomSocket {
  return io(url, {
    path: '/socket',
    transports: ['websocket'],
    parser: packetParser,
    auth: { protocol: PROTOCOL_VERSION, person: as.person },
    extraHeaders: as.headers,
    withCredentials: true,
    autoConnect: false,
    forceNew: true,
    reconnectionDelay: 200,
    reconnectionDelayMax: 3_000,
    randomizationFactor: 0.5,
  });
}

/** @throws {ProtocolError} what the server refused, or `unavailable` where no answer came */
export function call<Event extends ClientEvent>(
  socket: RoomSocket,
  event: Event,
  body: CallBody<Event>,
): Promise<CallReply<Event>> {
  return new Promise((resolve, reject) => {
    const answered = (lost: Error | null, result?: Result<CallReply<Event>>): void => {
      if (lost || !result)
        reject(new ProtocolError('unavailable', 'The server did not answer.', { cause: lost }));
      else if (result.ok) resolve(result.reply);
      else reject(ProtocolError.fromBody(result.error));
    };
    // Socket.IO's own types cannot follow a generic event name.
    (socket.timeout(CALL_TIMEOUT_MS) as unknown as { emit(...parameters: unknown[]): void }).emit(
      event,
      body,
      answered,
    );
  });
}
