import type { DocumentJoin, DocumentSnapshot, DocumentState } from '@protocol/document.js';
import { ProtocolError } from '@protocol/error.js';
import { call, type RoomSocket } from './room-socket.js';

/**
 * Joins a document. Where its larger part came as a packet of its own, that is
 * the first of the updates.
 *
 * @throws {ProtocolError}
 */
export async function joinDocument(socket: RoomSocket, body: DocumentJoin): Promise<DocumentState> {
  const snapshots = new Map<string, Uint8Array>();
  const keep = (news: DocumentSnapshot) => void snapshots.set(news.documentId, news.update);
  socket.on('document:snapshot', keep);
  try {
    const state = await call(socket, 'document:join', body);
    if (state.kind !== 'live' || !state.hasSnapshot) return state;
    const snapshot = snapshots.get(state.documentId);
    if (!snapshot) throw new ProtocolError('unavailable', 'A part of this file did not arrive.');
    return { ...state, updates: [snapshot, ...state.updates], hasSnapshot: false };
  } finally {
    socket.off('document:snapshot', keep);
  }
}
