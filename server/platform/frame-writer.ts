import type { Socket as NetSocket } from 'node:net';
import type { Socket } from 'socket.io';

/** What Socket.IO's connection has inside, as far as it is needed here. */
export type FrameClient = {
  conn: { readyState: string; writeBuffer: unknown[]; transport: { writable: boolean; socket: WebSocket } };
  writeToEngine(packets: [Uint8Array], options: WriteOptions): void;
};
type WriteOptions = { volatile?: boolean; preEncoded?: boolean; wsPreEncodedFrame?: [Buffer] };
type WebSocket = { readyState: number; _socket: NetSocket | null };
/** A packet, and the bytes of it that go over every socket alike. */
export type Frame = { payload: Uint8Array; frame: Buffer };

const OPEN = 1;

/**
 * From now on whatever is told to this connection alone, answers too, is
 * written as `writeFrame` does it.
 */
export function writeByFrames(connection: Pick<Socket, 'client'>): void {
  const client = connection.client as unknown as FrameClient;
  const writeToEngine = client.writeToEngine.bind(client);
  client.writeToEngine = (packets, options) => {
    if (options.volatile || options.wsPreEncodedFrame) writeToEngine(packets, options);
    else writeFrame({ conn: client.conn, writeToEngine }, framePacket(packets[0]));
  };
}

/**
 * One write to the kernel, past Engine.IO: its bookkeeping for each packet
 * costs half as much as the write. While a socket takes no more, Engine.IO
 * keeps what waits, as ever. Guarantee: in order, whichever way a packet takes.
 */
export function writeFrame(client: FrameClient, { payload, frame }: Frame): void {
  const socket = freeSocket(client.conn);
  if (socket) socket.write(frame);
  else client.writeToEngine([payload], { preEncoded: true, wsPreEncodedFrame: [frame] });
}

/** The socket itself, where nothing of Engine.IO's waits for it and the kernel took all it was given. */
function freeSocket({ readyState, writeBuffer, transport }: FrameClient['conn']): NetSocket | null {
  if (readyState !== 'open' || !transport.writable || writeBuffer.length > 0) return null;
  const { readyState: state, _socket: socket } = transport.socket;
  return state === OPEN && socket && !socket.writableNeedDrain ? socket : null;
}

export function framePacket(payload: Uint8Array): Frame {
  return { payload, frame: binaryFrame(payload) };
}

/** One whole WebSocket frame as a server sends it: binary, final, not masked (RFC 6455, 5.2). */
export function binaryFrame(payload: Uint8Array): Buffer {
  const { byteLength } = payload;
  const headerLength = byteLength < 126 ? 2 : byteLength < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headerLength + byteLength);
  frame[0] = 0x82;
  if (headerLength === 2) frame[1] = byteLength;
  else if (headerLength === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(byteLength, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(byteLength), 2);
  }
  frame.set(payload, headerLength);
  return frame;
}
