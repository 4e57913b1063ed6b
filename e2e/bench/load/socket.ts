import { WebSocket } from 'ws';

/** A WebSocket without compression, and when it is open. Its first message may come in the same turn. */
export function openSocket(
  url: string,
  onMessage: (data: Uint8Array, isBinary: boolean) => void,
  headers?: Record<string, string>,
): { socket: WebSocket; opened: Promise<void> } {
  const socket = new WebSocket(url, { perMessageDeflate: false, headers });
  socket.on('message', (data: Buffer, isBinary: boolean) => onMessage(data, isBinary));
  const opened = new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.on('error', reject);
    socket.on('close', (code) => reject(new Error(`${url} was closed with ${code}`)));
  });
  return { socket, opened };
}

export function closeSocket(socket: WebSocket): Promise<void> {
  if (socket.readyState === WebSocket.CLOSED) return Promise.resolve();
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.close();
  });
}
