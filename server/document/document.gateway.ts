import {
  WebSocketGateway,
  WebSocketServer,
  type OnGatewayConnection,
  type OnGatewayInit,
} from '@nestjs/websockets';
import { personActor } from '../platform/actor.js';
import { pushes } from '../platform/metrics.js';
import type { Frame } from '../platform/frame-writer.js';
import { framedEvent, tellFramed } from '../platform/framing-adapter.js';
import { bindClientEvent, OnClientEvent } from '../platform/on-client-event.js';
import type { Connection, SocketServer } from '../platform/socket.adapter.js';
import { TokenBucket } from '../platform/token-bucket.js';
import type { CallBody, CallReply } from '../protocol/client-events.js';
import { UPDATE_MAX_BYTES, UPDATE_TOTAL_MAX_BYTES } from '../protocol/document.js';
import { ProtocolError } from '../protocol/error.js';
import { AccessWatch } from '../workspace/access-watch.js';
import { notFound } from '../workspace/access.service.js';
import { DocumentBroadcast } from './document-broadcast.js';
import type { DocumentNews } from './document-rooms.js';
import { DocumentService } from './document.service.js';

/** A hand makes some 20 a second, a program at most 200 a document (PUSH_INTERVAL_MS); this leaves room for several and a resend. */
const PUSHES_PER_SECOND = 400;
const PUSHES_BURST = 1_200;
/** Reconnecting, a client joins all of its open files at once. */
const JOINS_PER_SECOND = 20;
const JOINS_BURST = 200;
/** Files one connection may have open. */
const JOINED_MAX = 500;
/** Of one update. All but the last are full, so that small ones cannot fill the memory by their number. */
const PIECES_MAX = UPDATE_TOTAL_MAX_BYTES / UPDATE_MAX_BYTES;

type Joined = { workspaceId: string; writable: boolean; pieces: Uint8Array[] };
/** What a connection may do in a workspace whose documents it has joined or is about to. */
type Entered = { mayWrite: boolean; isClosed: boolean; joining: number; leave(): void };
type Session = {
  joined: Map<string, Joined>;
  entered: Map<string, Entered>;
  pushes: TokenBucket;
  joins: TokenBucket;
};

const roomOf = (documentId: string) => `document:${documentId}` as const;

/** The socket's side of live documents. What a connection has joined lives and dies with it. */
@WebSocketGateway()
export class DocumentGateway implements OnGatewayInit<SocketServer>, OnGatewayConnection<Connection> {
  @WebSocketServer()
  private readonly server!: SocketServer;
  readonly #sessions = new Map<string, Session>();
  /** The packet of each snapshot, as long as its room has it. */
  readonly #snapshots = new WeakMap<Uint8Array, Frame>();
  readonly #broadcast = new DocumentBroadcast((news, author) => {
    const room = this.server.local.to(roomOf(news.documentId));
    (author === null ? room : room.except(author)).emit('document:updated', news);
  });

  constructor(
    private readonly documents: DocumentService,
    private readonly watch: AccessWatch,
  ) {}

  afterInit(): void {
    this.documents.subscribe((news) => this.#tell(news));
  }

  handleConnection(connection: Connection): void {
    const session: Session = {
      joined: new Map(),
      entered: new Map(),
      pushes: new TokenBucket(PUSHES_PER_SECOND, PUSHES_BURST),
      joins: new TokenBucket(JOINS_PER_SECOND, JOINS_BURST),
    };
    this.#sessions.set(connection.id, session);
    // Every key passes here: bound to the socket itself (see bindClientEvent).
    bindClientEvent(connection, 'document:push', (body) => this.#push(connection, session, body));
    connection.on('disconnect', () => {
      this.#sessions.delete(connection.id);
      for (const documentId of session.joined.keys()) this.documents.leave(documentId, connection.id);
      for (const entered of session.entered.values()) entered.leave();
      // Nest remembers the last connection of all: not what it held.
      session.joined.clear();
    });
  }

  @OnClientEvent('document:join')
  async join(connection: Connection, body: CallBody<'document:join'>): Promise<CallReply<'document:join'>> {
    const session = this.#sessions.get(connection.id);
    if (!session) throw new ProtocolError('unavailable', 'This connection has ended.');
    const retryAfterMs = session.joins.take();
    if (retryAfterMs > 0)
      throw new ProtocolError('rate-limited', 'Files are opened faster than Perch takes it; wait a moment.', {
        retryAfterMs,
      });
    if (session.joined.size >= JOINED_MAX)
      throw new ProtocolError(
        'too-large',
        'Too many files are open here. Close some and open this one again.',
      );
    const entered = this.#enter(connection, session, body.workspaceId);
    entered.joining++;
    try {
      return await this.#join(connection, session, entered, body);
    } finally {
      entered.joining--;
      this.#leaveUnused(session, entered, body.workspaceId);
    }
  }

  async #join(
    connection: Connection,
    session: Session,
    entered: Entered,
    body: CallBody<'document:join'>,
  ): Promise<CallReply<'document:join'>> {
    const enter = (documentId: string) => void connection.join(roomOf(documentId));
    const { state, snapshot } = await this.documents.join(
      connection.data.account,
      body,
      connection.id,
      enter,
    );
    if (state.kind !== 'live') return state;
    if (!this.#sessions.has(connection.id) || entered.isClosed) {
      await connection.leave(roomOf(state.documentId));
      this.documents.leave(state.documentId, connection.id);
      throw notFound('workspace');
    }
    // Rights may have been lowered while it was loading.
    const writable = state.writable && entered.mayWrite;
    session.joined.set(state.documentId, { workspaceId: body.workspaceId, writable, pieces: [] });
    if (snapshot) this.#tellSnapshot(connection, state.documentId, snapshot);
    return { ...state, writable };
  }

  /** Whoever loses the right is out at once, whoever may only watch now stops writing (SEC1). */
  #enter(connection: Connection, session: Session, workspaceId: string): Entered {
    const known = session.entered.get(workspaceId);
    if (known) return known;
    const entered: Entered = {
      mayWrite: true,
      isClosed: false,
      joining: 0,
      leave: this.watch.enter({
        account: connection.data.account,
        workspaceId,
        allowed: (role) => {
          entered.mayWrite = role !== 'read';
          for (const joined of session.joined.values())
            if (joined.workspaceId === workspaceId && !entered.mayWrite) joined.writable = false;
        },
        closed: (news) => {
          entered.isClosed = true;
          session.entered.delete(workspaceId);
          const inside = [...session.joined].filter(([, joined]) => joined.workspaceId === workspaceId);
          for (const [documentId] of inside) {
            session.joined.delete(documentId);
            void connection.leave(roomOf(documentId));
            this.documents.leave(documentId, connection.id);
          }
          if (inside.length === 0) return;
          connection.emit('workspace:closed', news);
          connection.disconnect(true);
        },
      }),
    };
    session.entered.set(workspaceId, entered);
    return entered;
  }

  #leaveUnused(session: Session, entered: Entered, workspaceId: string): void {
    if (entered.joining > 0) return;
    if ([...session.joined.values()].some((joined) => joined.workspaceId === workspaceId)) return;
    entered.leave();
    if (session.entered.get(workspaceId) === entered) session.entered.delete(workspaceId);
  }

  #tellSnapshot(connection: Connection, documentId: string, snapshot: Uint8Array): void {
    let packet = this.#snapshots.get(snapshot);
    if (!packet) {
      packet = framedEvent('document:snapshot', { documentId, update: snapshot });
      this.#snapshots.set(snapshot, packet);
    }
    tellFramed(connection, packet);
  }

  @OnClientEvent('document:leave')
  async leave(connection: Connection, body: CallBody<'document:leave'>): Promise<null> {
    this.#sessions.get(connection.id)?.joined.delete(body.documentId);
    await connection.leave(roomOf(body.documentId));
    this.documents.leave(body.documentId, connection.id);
    return null;
  }

  async #push(
    connection: Connection,
    session: Session,
    body: CallBody<'document:push'>,
  ): Promise<{ seq: number }> {
    pushes.inc();
    const retryAfterMs = session.pushes.take();
    if (retryAfterMs > 0) {
      throw new ProtocolError(
        'rate-limited',
        'These edits come faster than Perch takes them; they are sent again.',
        { retryAfterMs },
      );
    }
    const joined = session.joined.get(body.documentId);
    if (!joined)
      throw new ProtocolError('out-of-step', 'This file has to be joined again before it is edited.');
    if (!joined.writable)
      throw new ProtocolError(
        'forbidden',
        'You may watch this branch, not edit it. Your edit was not stored.',
      );
    const update = assemble(joined, body.update, body.more ?? false);
    if (!update) return { seq: 0 };
    const room = this.documents.room(body.documentId, body.generation, connection.id);
    const { documentId, generation } = body;
    const seq = await this.documents.push(room, update, personActor(connection.data.account.id), () => {
      // Show now, acknowledge when durable (DOC2): the one thing told before it is stored.
      this.#broadcast.add(documentId, generation, update, connection.id);
    });
    return { seq };
  }

  #tell(news: DocumentNews): void {
    if (news.kind === 'updated') {
      this.#broadcast.add(news.documentId, news.generation, news.update, null);
      return;
    }
    this.#broadcast.flush(news.documentId);
    const room = this.server.local.to(roomOf(news.documentId));
    if (news.kind === 'reset') {
      room.emit('document:reset', { documentId: news.documentId, reason: news.reason });
      // Each joins again what there is now, if anything is.
      for (const session of this.#sessions.values()) session.joined.delete(news.documentId);
      room.socketsLeave(roomOf(news.documentId));
    } else room.emit('document:storing', { documentId: news.documentId, failing: news.failing });
  }
}

/** The whole update once its last piece is here (DOC8). */
function assemble(joined: Joined, piece: Uint8Array, more: boolean): Uint8Array | null {
  if (!more && joined.pieces.length === 0) return piece;
  joined.pieces.push(piece);
  const size = joined.pieces.reduce((sum, each) => sum + each.byteLength, 0);
  if (size > UPDATE_TOTAL_MAX_BYTES || joined.pieces.length > PIECES_MAX) {
    joined.pieces = [];
    throw new ProtocolError(
      'too-large',
      'This edit is larger than Perch takes and was not stored. Make it in smaller parts.',
    );
  }
  if (more) return null;
  const whole = Buffer.concat(joined.pieces);
  joined.pieces = [];
  return whole;
}
