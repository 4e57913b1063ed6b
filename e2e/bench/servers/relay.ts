import { WebSocket, WebSocketServer } from 'ws';
import { LOG, UPDATE } from '../load/relay-message.js';

/**
 * The least a server can do: every message goes to everybody else in its
 * document, and who comes late gets all updates so far in one message, kept
 * ready. No checks, no store; what a faster server than this would have to beat is `ws` itself.
 */
type Document = { connections: Set<WebSocket>; log: Buffer };
const documents = new Map<string, Document>();

const server = new WebSocketServer({ host: '127.0.0.1', port: Number(process.env.PORT) });
server.on('connection', (connection, request) => {
  const name = request.url!;
  const document = documents.get(name) ?? { connections: new Set(), log: emptyLog() };
  documents.set(name, document);
  document.connections.add(connection);
  connection.on('close', () => document.connections.delete(connection));
  connection.on('message', (message: Buffer) => {
    if (message[0] === UPDATE) document.log = append(document.log, message);
    for (const other of document.connections) if (other !== connection) other.send(message);
  });
  connection.send(document.log);
});
server.on('listening', () => process.stdout.write('ready\n'));

/** Memory of its own: a small Buffer would share its with others. */
function emptyLog(): Buffer {
  const log = Buffer.from(new ArrayBuffer(1024), 0, 1);
  log[0] = LOG;
  return log;
}

/** Each message behind its length. The memory doubles when it is full, so that a long log costs no more than a short one. */
function append(log: Buffer, message: Buffer): Buffer {
  const end = log.byteLength + 4 + message.byteLength;
  let memory = Buffer.from(log.buffer);
  if (memory.byteLength < end) {
    memory = Buffer.from(new ArrayBuffer(end * 2));
    log.copy(memory);
  }
  memory.writeUInt32LE(message.byteLength, log.byteLength);
  message.copy(memory, log.byteLength + 4);
  return memory.subarray(0, end);
}
