import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import helmet from 'helmet';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { AppModule } from './app.module.js';
import { AuthService, type OwnerIdentity } from './auth/auth.service.js';
import { OriginCheck } from './auth/origin.js';
import { serveClient } from './client-files.js';
import type { Config } from './config.js';
import { DocumentService } from './document/document.service.js';
import { EventStreamService } from './event/event-stream.service.js';
import { HealthService } from './health/health.service.js';
import { compressAnswers } from './platform/compress-answers.js';
import { ErrorFilter } from './platform/error.filter.js';
import { HttpConnections } from './platform/http-connections.js';
import { NestLog } from './platform/nest-log.js';
import { NotificationListener } from './platform/notification-listener.js';
import type { Surroundings } from './platform/platform.module.js';
import { PublicUrl } from './platform/public-url.js';
import { logRequest } from './platform/request-log.js';
import { SocketAdapter } from './platform/socket.adapter.js';
import { webhookReceiver } from './webhook/webhook-receiver.js';
import { WebhookService } from './webhook/webhook.service.js';

/** JSON bodies: a created file's text, and little else, comes near it (SEC5). */
const BODY_LIMIT = '2mb';
/** How often open connections are asked whether their session is still there. */
const SESSIONS_LOOK_MS = 60_000;
/** Longer than the two minutes that Caddy keeps one: what a proxy sends on a connection that just ends is lost. */
const IDLE_CONNECTION_MS = 150_000;

export type Application = {
  /** Where it listens. */
  url: string;
  port: number;
  /** A new link that signs the owner in once. The first makes the owner, called as given. */
  createOwnerLink(identity?: OwnerIdentity): Promise<string>;
  /**
   * Drains: /readyz says no and nobody new is let in; after the time that
   * balancers are given to hear of it, requests under way are answered, sockets
   * and streams are sent elsewhere, what waits is stored, and every connection ends.
   */
  stop(): Promise<void>;
};

/**
 * Perch itself, listening. Its database and its forge are up already and stay
 * up when it stops. What has been started of it is stopped where it cannot listen.
 */
export async function startApplication(
  config: Config,
  surroundings: Surroundings,
  port = config.port,
): Promise<Application> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.for(config, surroundings), {
    logger: new NestLog(),
    bodyParser: false,
    abortOnError: false,
  });
  const server = app.getHttpServer() as Server;
  server.keepAliveTimeout = IDLE_CONNECTION_MS;
  const connections = new HttpConnections(server);
  let sockets: SocketAdapter;
  try {
    sockets = await prepare(app, config);
    await app.init();
    await listen(server, port, config.host);
  } catch (error) {
    await app.close();
    throw error;
  }
  const address = server.address() as AddressInfo;
  const auth = app.get(AuthService);
  const publicUrl = app.get(PublicUrl);
  publicUrl.listening(config.host, address.port);
  return {
    url: publicUrl.get(),
    port: address.port,
    createOwnerLink: async (identity) => `${publicUrl.get()}/sign-in#${await auth.createOwnerLink(identity)}`,
    stop: async () => {
      app.get(HealthService).drain();
      connections.leave();
      sockets.refuseNew();
      if (config.drainMs > 0) await pause(config.drainMs);
      const finished = connections.finish();
      app.get(EventStreamService).endAll();
      await sockets.sendElsewhere(() => app.get(DocumentService).settled());
      await finished;
      await connections.endDuring(() => app.close());
    },
  };
}

/** Nest's own `listen` would log a taken port as an error; here it is for the caller to say. */
function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function prepare(app: NestExpressApplication, config: Config): Promise<SocketAdapter> {
  app.set('trust proxy', config.proxies);
  app.disable('x-powered-by');
  app.use('/api', logRequest);
  app.use('/api', compressAnswers);
  app.use(securityHeaders(config));
  app.use('/api/webhooks/github', webhookReceiver(app.get(WebhookService)));
  app.useBodyParser('json', { limit: BODY_LIMIT });
  app.useGlobalFilters(new ErrorFilter());
  serveClient(app);
  const auth = app.get(AuthService);
  const origins = app.get(OriginCheck);
  const sockets = new SocketAdapter(app, {
    authenticate: (cookieHeader) => auth.authenticate(cookieHeader),
    isOwnOrigin: (origin, host) => origins.isOwn(origin, host),
  });
  app.useWebSocketAdapter(sockets);
  let lastLook = Date.now();
  await app.get(NotificationListener).listen('perch_access', (payload) => {
    if (payload === 'sessions') void sockets.dropSignedOut();
    // A notice may have been lost, and a session may have expired.
    else if (payload === null && Date.now() - lastLook > SESSIONS_LOOK_MS) {
      lastLook = Date.now();
      void sockets.dropSignedOut();
    }
  });
  return sockets;
}

function securityHeaders(config: Config) {
  return helmet({
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        // Monaco runs its language services in workers and sizes its lines with inline styles.
        workerSrc: ["'self'", 'blob:'],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        mediaSrc: ["'self'", 'blob:'],
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        frameAncestors: ["'none'"],
        upgradeInsecureRequests: config.publicUrl?.startsWith('https:') ? [] : null,
      },
    },
    strictTransportSecurity: config.publicUrl?.startsWith('https:') ?? false,
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'same-origin' },
  });
}
