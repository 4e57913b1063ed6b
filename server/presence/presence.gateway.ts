import {
  WebSocketGateway,
  type OnGatewayConnection,
  type OnGatewayDisconnect,
  type OnGatewayInit,
} from '@nestjs/websockets';
import { EventFeedService } from '../event/event-feed.service.js';
import { bindClientEvent, OnClientEvent } from '../platform/on-client-event.js';
import type { Connection, SocketServer } from '../platform/socket.adapter.js';
import { TokenBucket } from '../platform/token-bucket.js';
import type { CallBody, CallReply } from '../protocol/client-events.js';
import { ProtocolError } from '../protocol/error.js';
import type { Role } from '../protocol/user.js';
import { AccessWatch } from '../workspace/access-watch.js';
import { notFound } from '../workspace/access.service.js';
import { PresenceService } from './presence.service.js';

/** A client sends at most one state per animation frame. */
const MOVES_PER_S = 60;
/** Reconnecting, a client joins once; a person switching branches, a few times. */
const JOINS_PER_S = 5;

/** Of one connection: in at most one workspace. */
type Entered = {
  workspaceId: string;
  /** What it was told that it may do; null until it is in. */
  role: Role | null;
  isClosed: boolean;
  leave(): void;
};

/** The Socket.IO room of a workspace: its events and who is where. */
const roomOf = (workspaceId: string) => `workspace:${workspaceId}`;

/** A workspace's room over the socket: joining, leaving, moving about, and what is heard there. */
@WebSocketGateway()
export class PresenceGateway implements OnGatewayInit, OnGatewayConnection, OnGatewayDisconnect {
  readonly #joins = new WeakMap<Connection, TokenBucket>();
  readonly #entered = new WeakMap<Connection, Entered>();

  constructor(
    private readonly presence: PresenceService,
    private readonly feed: EventFeedService,
    private readonly watch: AccessWatch,
  ) {}

  afterInit(server: SocketServer): void {
    this.feed.onEvent((event) => server.local.to(roomOf(event.workspaceId)).emit('event:added', event));
    this.presence.onChanged((change) =>
      server.local.to(roomOf(change.workspaceId)).emit('presence:changed', change),
    );
  }

  handleConnection(connection: Connection): void {
    this.#joins.set(connection, new TokenBucket(JOINS_PER_S, 20));
    const moves = new TokenBucket(MOVES_PER_S, 2 * MOVES_PER_S);
    bindClientEvent(connection, 'presence:move', (move) => {
      refuseAbove(moves);
      this.presence.move(connection.id, move);
      return null;
    });
  }

  async handleDisconnect(connection: Connection): Promise<void> {
    this.#entered.get(connection)?.leave();
    await this.presence.leave(connection.id);
  }

  @OnClientEvent('workspace:join')
  async join(
    connection: Connection,
    { workspaceId }: CallBody<'workspace:join'>,
  ): Promise<CallReply<'workspace:join'>> {
    const limit = this.#joins.get(connection);
    if (limit) refuseAbove(limit);
    for (const room of connection.rooms)
      if (room.startsWith('workspace:') && room !== roomOf(workspaceId)) await connection.leave(room);
    const role = await this.#enter(connection, workspaceId);
    // Entered and answered in one turn: what is not in this answer comes as news after it.
    const entered = connection.join(roomOf(workspaceId));
    const reply = {
      connectionId: connection.id,
      role,
      present: this.presence.list(workspaceId),
      eventSeq: this.feed.told(workspaceId),
    };
    await entered;
    return reply;
  }

  @OnClientEvent('workspace:leave')
  async leave(
    connection: Connection,
    { workspaceId }: CallBody<'workspace:leave'>,
  ): Promise<CallReply<'workspace:leave'>> {
    if (!connection.rooms.has(roomOf(workspaceId))) return null;
    this.#entered.get(connection)?.leave();
    await connection.leave(roomOf(workspaceId));
    await this.presence.leave(connection.id);
    return null;
  }

  /** Watched from before the right is asked for, so that no withdrawal falls between. */
  async #enter(connection: Connection, workspaceId: string): Promise<Role> {
    const { account } = connection.data;
    this.#entered.get(connection)?.leave();
    const entered: Entered = {
      workspaceId,
      role: null,
      isClosed: false,
      leave: this.watch.enter({
        account,
        workspaceId,
        allowed: (role) => {
          if (entered.role === null || entered.role === role) return;
          entered.role = role;
          connection.emit('workspace:changed', { workspaceId, role });
        },
        closed: (news) => {
          entered.isClosed = true;
          if (entered.role === null) return;
          void connection.leave(roomOf(workspaceId));
          connection.emit('workspace:closed', news);
          // It ends when it has been told, and with it its presence.
          connection.disconnect(true);
        },
      }),
    };
    this.#entered.set(connection, entered);
    try {
      const { role } = await this.presence.join(connection.id, account, workspaceId);
      if (entered.isClosed) throw notFound('workspace');
      return (entered.role = role);
    } catch (error) {
      entered.leave();
      await this.presence.leave(connection.id);
      throw error;
    }
  }
}

function refuseAbove(limit: TokenBucket): void {
  const waitMs = limit.take();
  if (waitMs > 0)
    throw new ProtocolError('rate-limited', 'This is faster than Perch takes it; wait a moment.', {
      retryAfterMs: waitMs,
    });
}
