import type { DynamicModule, INestApplication } from '@nestjs/common';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { io, type Socket } from 'socket.io-client';
import * as parser from '../../protocol/packet-parser.js';
import { vi } from 'vitest';
import type { GitGithub } from '../../commit/testing/git-github.js';
import type { SignedRequest } from '../../platform/http-route.js';
import type {
  CallBody,
  CallReply,
  ClientEvent,
  ClientToServerEvents,
  Result,
} from '../../protocol/client-events.js';
import type { WorkspaceEvent } from '../../protocol/event.js';
import type { Presence } from '../../protocol/presence.js';
import type { ServerToClientEvents } from '../../protocol/server-events.js';
import type { Account } from '../../protocol/user.js';
import { PROTOCOL_VERSION } from '../../protocol/version.js';

export type TestServer = { url: string; processId: string; stop(): Promise<void> };

/** A server with the features of a workspace, in modules of its own: another process in all but memory. */
export async function startTestServer(
  databaseUrl: string,
  git: GitGithub,
  accounts: readonly Account[],
): Promise<TestServer> {
  vi.resetModules();
  const { NestFactory } = await import('@nestjs/core');
  const { PresenceModule } = await import('../presence.module.js');
  const { FileModule } = await import('../../file/file.module.js');
  const { CommitModule } = await import('../../commit/commit.module.js');
  const { Config } = await import('../../config.js');
  const { ErrorFilter } = await import('../../platform/error.filter.js');
  const { DatabaseConnection } = await import('../../platform/database.js');
  const { ForgeAddress } = await import('../../platform/forge-address.js');
  const { GithubClient } = await import('../../platform/github-client.js');
  const { NotificationListener } = await import('../../platform/notification-listener.js');
  const { PublicUrl } = await import('../../platform/public-url.js');
  const { SocketAdapter } = await import('../../platform/socket.adapter.js');
  const { processId } = await import('../../platform/server-process.js');
  const providers = [
    { provide: DatabaseConnection, useFactory: () => new DatabaseConnection(databaseUrl) },
    { provide: NotificationListener, useFactory: () => NotificationListener.start(databaseUrl) },
    { provide: GithubClient, useValue: git.client },
    { provide: ForgeAddress, useFactory: () => new ForgeAddress('http://forge.invalid') },
    { provide: PublicUrl, useFactory: () => new PublicUrl('http://perch.invalid') },
    { provide: Config, useFactory: () => Config.load({ PERCH_STATE: `${git.folder}/state` }, []) },
  ];
  const platform: DynamicModule = {
    module: class Platform {},
    global: true,
    providers,
    exports: providers.map(({ provide }) => provide),
  };
  const root: DynamicModule = {
    module: class Root {},
    imports: [platform, PresenceModule, FileModule, CommitModule],
  };
  const app: INestApplication = await NestFactory.create(root, { logger: false, abortOnError: false });
  app.useWebSocketAdapter(
    new SocketAdapter(app, {
      authenticate: (cookie) => Promise.resolve(accounts.find((each) => each.id === cookie) ?? null),
      isOwnOrigin: () => true,
    }),
  );
  app.useGlobalFilters(new ErrorFilter());
  app.use((request: SignedRequest, _: unknown, next: () => void) => {
    request.account = accounts.find((each) => each.id === request.headers.cookie) ?? null;
    next();
  });
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, processId, stop: () => app.close() };
}

/** A browser's tab, as far as presence and events go. */
export class TestClient {
  readonly present = new Map<string, Presence>();
  readonly events: WorkspaceEvent[] = [];
  connectionId = '';
  eventSeq = 0;
  #count = 0;

  private constructor(
    readonly socket: Socket<ServerToClientEvents, ClientToServerEvents>,
    readonly workspaceId: string,
  ) {
    socket.on('presence:changed', ({ upserted, removed }) => {
      for (const each of upserted) this.present.set(each.connectionId, each);
      for (const id of removed) this.present.delete(id);
    });
    socket.on('event:added', (event) => this.events.push(event));
  }

  static async connect(server: TestServer, account: Account, workspaceId: string): Promise<TestClient> {
    const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io(server.url, {
      path: '/socket',
      transports: ['websocket'],
      parser,
      auth: { protocol: PROTOCOL_VERSION },
      extraHeaders: { cookie: account.id },
      forceNew: true,
    });
    const client = new TestClient(socket, workspaceId);
    const joined = await client.call('workspace:join', { workspaceId });
    if (!joined.ok) throw new Error(joined.error.message);
    client.connectionId = joined.reply.connectionId;
    client.eventSeq = joined.reply.eventSeq;
    for (const each of joined.reply.present) client.present.set(each.connectionId, each);
    return client;
  }

  async call<Event extends ClientEvent>(
    event: Event,
    body: CallBody<Event>,
  ): Promise<Result<CallReply<Event>>> {
    const send = this.socket.timeout(10_000) as unknown as {
      emitWithAck(event: string, body: unknown): Promise<Result<CallReply<Event>>>;
    };
    return send.emitWithAck(event, body);
  }

  move(path: string | null, count = ++this.#count): Promise<Result<null>> {
    const cursor =
      path === null ? null : { path, anchor: Uint8Array.of(count % 256), head: Uint8Array.of(1) };
    return this.call('presence:move', { workspaceId: this.workspaceId, count, path, cursor, idle: false });
  }

  /** Names of who is there, with the file each has in front, sorted. */
  seen(): string[] {
    return [...this.present.values()].map((each) => `${each.person.name} ${each.path ?? '-'}`).toSorted();
  }

  close(): void {
    this.socket.disconnect();
  }
}
