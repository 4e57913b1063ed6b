import type { Socket } from 'socket.io';
import { Adapter, type BroadcastOptions } from 'socket.io-adapter';
import { Encoder } from '../protocol/packet-parser.js';
import type { ServerEvent, ServerToClientEvents } from '../protocol/server-events.js';
import { framePacket, writeFrame, type Frame, type FrameClient } from './frame-writer.js';

type Inside = {
  encoder: { encode(packet: unknown): [Uint8Array] };
  apply(options: BroadcastOptions, use: (socket: { client: FrameClient }) => void): void;
};

const EVENT = 2;

/**
 * Socket.IO's adapter for one process, but a packet for a room is encoded and
 * framed once and written as it is to every socket. Socket.IO does so for text
 * only, and frames binary packets for each receiver anew.
 */
export class FramingAdapter extends Adapter {
  override broadcast(packet: { nsp?: string }, options: BroadcastOptions): void {
    packet.nsp = this.nsp.name;
    const inside = this as unknown as Inside;
    const framed = framePacket(inside.encoder.encode(packet)[0]);
    inside.apply(options, ({ client }) => writeFrame(client, framed));
  }
}

/** An event that is told to many, each at another time. */
export function framedEvent<Event extends ServerEvent>(
  event: Event,
  news: Parameters<ServerToClientEvents[Event]>[0],
): Frame {
  return framePacket(new Encoder().encode({ type: EVENT, nsp: '/', data: [event, news] })[0]);
}

export function tellFramed(connection: Pick<Socket, 'client'>, packet: Frame): void {
  writeFrame(connection.client as unknown as FrameClient, packet);
}
