import {
  WebSocketGateway,
  type OnGatewayConnection,
  type OnGatewayDisconnect,
  type OnGatewayInit,
} from '@nestjs/websockets';
import { EventFeedService } from '../event/event-feed.service.js';
import { log } from '../platform/log.js';
import { bindClientEvent, OnClientEvent } from '../platform/on-client-event.js';
import type { Connection, SocketServer } from '../platform/socket.adapter.js';
import { TokenBucket } from '../platform/token-bucket.js';
import type { CallBody, CallReply } from '../protocol/client-events.js';
import { ProtocolError } from '../protocol/error.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { PresenceService } from './presence.service.js';

/** A client sends at most one state per animation frame. */
const MOVES_PER_S = 60;
/** Reconnecting, a client joins once; a person switching branches, a few times. */
const JOINS_PER_S = 5;

/** The Socket.IO room of a workspace: its events and who is where. */
const roomOf = (workspaceId: string) => `workspace:${workspaceId}`;

/** A workspace's room over the socket: joining, leaving, moving about, and what is heard there. */
@WebSocketGateway()
export class PresenceGateway implements OnGatewayInit, OnGatewayConnection, OnGatewayDisconnect {
  readonly #joins = new WeakMap<Connection, TokenBucket>();
  #server: SocketServer | undefined;
  #checking: Promise<void> = Promise.resolve();

  constructor(
    private readonly presence: PresenceService,
    private readonly feed: EventFeedService,
    private readonly workspaces: WorkspaceService,
  ) {}

  afterInit(server: SocketServer): void {
    this.#server = server;
    this.feed.onEvent((event) => server.local.to(roomOf(event.workspaceId)).emit('event:added', event));
    this.presence.onChanged((change) =>
      server.local.to(roomOf(change.workspaceId)).emit('presence:changed', change),
    );
    this.workspaces.onAccessChanged(() => {
      this.#checking = this.#checking.then(() => this.#checkAccess());
    });
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
    const { role } = await this.presence.join(connection.id, connection.data.account, workspaceId);
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
    await connection.leave(roomOf(workspaceId));
    await this.presence.leave(connection.id);
    return null;
  }

  /** Whoever may no longer be in a workspace is told so and hears no more of it. */
  async #checkAccess(): Promise<void> {
    for (const { connectionId, workspaceId, account } of this.presence.connections()) {
      try {
        await this.workspaces.require(account, workspaceId, 'read');
      } catch (error) {
        if (!(error instanceof ProtocolError) || error.retry) {
          log.warn({ err: error, workspaceId }, 'access could not be asked again; it is asked later');
          continue;
        }
        const connection = this.#server?.sockets.sockets.get(connectionId);
        connection?.emit('workspace:closed', {
          workspaceId,
          message: 'You no longer have access to this workspace. What you wrote is kept in it.',
        });
        await connection?.leave(roomOf(workspaceId));
        await this.presence.leave(connectionId);
      }
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
