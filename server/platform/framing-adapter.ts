import type { Socket } from 'socket.io';
import { Adapter, type BroadcastOptions } from 'socket.io-adapter';
import { Encoder } from '../protocol/packet-parser.js';
import type { ServerEvent, ServerToClientEvents } from '../protocol/server-events.js';

type Inside = {
  encoder: { encode(packet: unknown): [Uint8Array] };
  apply(options: BroadcastOptions, use: (socket: { client: Client }) => void): void;
};
type Client = { writeToEngine(packets: Uint8Array[], options: object): void };

const EVENT = 2;

/** A packet as the bytes that go over every socket alike. */
export type FramedPacket = { packets: [Uint8Array]; options: object };

/**
 * Socket.IO's adapter for one process, but a packet for a room is encoded and
 * framed once and written as it is to every socket. Socket.IO does so for text
 * only, and frames binary packets for each receiver anew.
 */
export class FramingAdapter extends Adapter {
  override broadcast(packet: { nsp?: string }, options: BroadcastOptions): void {
    packet.nsp = this.nsp.name;
    const inside = this as unknown as Inside;
    const framed = frame(inside.encoder.encode(packet));
    inside.apply(options, (socket) => write(socket.client, framed));
  }
}

/** An event that is told to many, each at another time. */
export function framedEvent<Event extends ServerEvent>(
  event: Event,
  news: Parameters<ServerToClientEvents[Event]>[0],
): FramedPacket {
  return frame(new Encoder().encode({ type: EVENT, nsp: '/', data: [event, news] }));
}

export function tellFramed(connection: Pick<Socket, 'client'>, packet: FramedPacket): void {
  write(connection.client as unknown as Client, packet);
}

function frame(packets: [Uint8Array]): FramedPacket {
  return { packets, options: { preEncoded: true, wsPreEncodedFrame: [binaryFrame(packets[0])] } };
}

function write(client: Client, { packets, options }: FramedPacket): void {
  client.writeToEngine(packets, options);
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
