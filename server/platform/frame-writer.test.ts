import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { expect, test } from 'vitest';
import * as packetParser from '../protocol/packet-parser.js';
import { framedEvent, FramingAdapter, tellFramed } from './framing-adapter.js';
import { writeByFrames } from './frame-writer.js';

const ROUNDS = 100;
/** Together more than a kernel takes of a connection that nobody reads. */
const FILLING = new Uint8Array(100_000);

test('DOC3 what a connection is told comes in order, whichever way it was written', async () => {
  const http = createServer();
  const server = new Server(http, {
    transports: ['websocket'],
    parser: packetParser,
    adapter: FramingAdapter,
  });
  server.on('connection', (connection) => {
    connection.on('ask', (acknowledge: (told: object) => void) => {
      let count = 0;
      const next = () => ({ count: count++, filling: FILLING });
      for (let round = 0; round < ROUNDS; round++) {
        if (round === ROUNDS / 2) writeByFrames(connection);
        server.local.emit('told', next());
        connection.emit('told', next());
        tellFramed(connection, framedEvent('document:snapshot', next() as never));
      }
      acknowledge(next());
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const client = io(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, {
    transports: ['websocket'],
    parser: packetParser,
    auth: {},
  });
  try {
    const heard: number[] = [];
    client.onAny((_event, told: { count: number }) => heard.push(told.count));
    const { count } = (await client.emitWithAck('ask')) as { count: number };
    expect([...heard, count]).toEqual(Array.from({ length: 3 * ROUNDS + 1 }, (_, index) => index));
  } finally {
    client.close();
    await server.close();
  }
});
