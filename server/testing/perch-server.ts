import { io, type Socket } from 'socket.io-client';
import type { Application } from '../application.js';
import { GitGithub, type InitialFile } from '../commit/testing/git-github.js';
import type { InstallableApp } from '../forge/apps/installations.js';
import { startForge } from '../forge/forge.js';
import type { Permission } from '../forge/hosted-repository.js';
import { createTestDatabase } from '../platform/testing/test-database.js';
import type { ClientToServerEvents } from '../protocol/client-events.js';
import type { HttpRoute } from '../protocol/http-routes.js';
import * as parser from '../protocol/packet-parser.js';
import type { ServerToClientEvents } from '../protocol/server-events.js';
import { PROTOCOL_VERSION } from '../protocol/version.js';

const TOKEN = 'a-token-for-tests';
/** Nothing of the machine the tests run on reaches the server under test. */
const ENVIRONMENT = { PERCH_PORT: '0', PERCH_LOG: 'fatal' };

/** The App the forge knows. */
const APP = { clientId: 'Iv1.perch', clientSecret: 'the-secret-of-the-app' };
/** What turns sign-in at the forge on. */
export const SIGN_IN = {
  PERCH_SECRET: 'a secret for tests of thirty-two or more',
  GITHUB_APP_CLIENT_ID: APP.clientId,
  GITHUB_APP_CLIENT_SECRET: APP.clientSecret,
};

export const OWNER = 'Acme';
export const REPO = 'Game';

const SMALL_GAME: Record<string, InitialFile> = {
  'README.md': { bytes: '# Game\n' },
  'src/main.js': { bytes: "import { bird } from './bird.js';\n\nbird();\n" },
  'src/bird.js': { bytes: 'export function bird() {}\n' },
};

/** What servers stand on: a database of its own and a forge with one repository, `Acme/Game`. */
export async function startSurroundings(
  options: {
    files?: Record<string, InitialFile>;
    permission?: Permission;
    /** Of these users of the forge, who can sign in there besides Perch itself. */
    people?: Record<string, Permission | null>;
    /** Apps that act in their own name where they are installed. */
    installable?: InstallableApp[];
    /** How long what the App is given lasts. */
    tokenSeconds?: number;
    /** Makes the repository to serve, in this folder, instead of a small game: its path. */
    path?: (folder: string) => Promise<string>;
  } = {},
) {
  const database = await createTestDatabase();
  const git = new GitGithub(options.files ?? SMALL_GAME);
  const forge = await startForge({
    stateDirectory: `${git.folder}/forge`,
    users: [
      { login: 'perch', name: 'Perch', email: 'perch@perch.invalid', token: TOKEN },
      ...Object.keys(options.people ?? {}).map((login) => ({
        login,
        name: `${login} of Acme`,
        email: `${login}@example.com`,
        token: `token-of-${login}`,
      })),
    ],
    apps: [{ ...APP, tokenSeconds: options.tokenSeconds }],
    installable: options.installable,
  });
  const permissions = (options.permission ?? options.people) && {
    perch: options.permission ?? ('admin' as const),
    ...withoutNull(options.people ?? {}),
  };
  await forge.addRepository({
    owner: OWNER,
    name: REPO,
    path: (await options.path?.(git.folder)) ?? git.bare,
    permissions,
  });
  return {
    databaseUrl: database.url,
    github: { apiUrl: forge.apiUrl, token: TOKEN, isOwn: true },
    forge,
    git,
    async stop(): Promise<void> {
      await forge.stop();
      await database.drop();
      git.remove();
    },
  };
}

export type TestSurroundings = Awaited<ReturnType<typeof startSurroundings>>;

type Answer = { status: number; body: unknown; headers: Headers };

/**
 * A whole Perch, listening on a free port of this process. A second one in the
 * same process stands for another machine only after `vi.resetModules()`:
 * what names a process is a module's constant.
 */
export class PerchServer {
  private constructor(
    private readonly application: Application,
    readonly surroundings: TestSurroundings,
    private readonly ownsSurroundings: boolean,
  ) {}

  static async start(
    given?: TestSurroundings,
    environment: Record<string, string> = {},
  ): Promise<PerchServer> {
    const { startApplication } = await import('../application.js');
    const { Config } = await import('../config.js');
    const { log } = await import('../platform/log.js');
    const surroundings = given ?? (await startSurroundings());
    const state = { PERCH_STATE: `${surroundings.git.folder}/state` };
    const config = Config.load({ ...ENVIRONMENT, ...state, ...environment }, []);
    log.level = config.logLevel;
    return new PerchServer(await startApplication(config, surroundings), surroundings, !given);
  }

  /** Where it listens, whatever PERCH_URL says. */
  get url(): string {
    return `http://127.0.0.1:${this.application.port}`;
  }

  async stop(): Promise<void> {
    await this.application.stop();
    if (this.ownsSurroundings) await this.surroundings.stop();
  }

  /** The token of a new link that signs the owner in once. */
  async ownerToken(): Promise<string> {
    return new URL(await this.application.createOwnerLink()).hash.slice(1);
  }

  async ownerCookie(): Promise<string> {
    return cookieOf(await this.ask(null, 'POST /api/session', { body: { token: await this.ownerToken() } }));
  }

  /** The token of a new invitation. */
  async invitation(owner: string, role: 'read' | 'write', repo = REPO): Promise<string> {
    const body = { owner: OWNER, repo, role, expiresInHours: 1 };
    const answer = await this.ask(owner, 'POST /api/invitations', { body });
    return new URL((answer.body as { url: string }).url).hash.slice(1);
  }

  /** Somebody new, let in with a role: the cookie. */
  async invite(owner: string, role: 'read' | 'write', name = 'Bob', repo = REPO): Promise<string> {
    const body = { token: await this.invitation(owner, role, repo), name };
    return cookieOf(await this.ask(null, 'POST /api/invitations/accept', { body }));
  }

  /** Opens the room of a branch: its id. */
  async open(cookie: string, branch = 'main'): Promise<string> {
    const answer = await this.ask(cookie, 'POST /api/workspaces', {
      body: { owner: OWNER, repo: REPO, branch },
    });
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
    return (answer.body as { id: string }).id;
  }

  /** Asks as a program does; with `headers`, as a browser would. */
  async ask(
    cookie: string | null,
    route: HttpRoute,
    options: {
      params?: Record<string, string>;
      query?: Record<string, string>;
      body?: unknown;
      headers?: Record<string, string>;
      /** Of a body that does not end nothing is read. */
      head?: boolean;
    } = {},
  ): Promise<Answer> {
    const [method = 'GET', pattern = ''] = route.split(' ');
    const path = pattern.replaceAll(/:(\w+)/g, (_, name: string) =>
      encodeURIComponent(options.params?.[name] ?? ''),
    );
    const query = options.query ? `?${new URLSearchParams(options.query)}` : '';
    const response = await fetch(`${this.url}${path}${query}`, {
      method,
      headers: {
        ...(options.body !== undefined && { 'Content-Type': 'application/json' }),
        ...(cookie !== null && { Cookie: cookie }),
        ...options.headers,
      },
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
    });
    const endless = options.head && response.headers.get('content-type')?.includes('event-stream');
    if (endless) await response.body?.cancel();
    const text = endless ? '' : await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return {
      status: response.status,
      body: isJson ? (JSON.parse(text) as unknown) : text,
      headers: response.headers,
    };
  }

  /** A socket that does not connect by itself. */
  socket(
    cookie: string | null,
    headers: Record<string, string> = {},
    protocol: number = PROTOCOL_VERSION,
  ): Socket<ServerToClientEvents, ClientToServerEvents> {
    return io(this.url, {
      path: '/socket',
      transports: ['websocket'],
      parser,
      auth: { protocol },
      extraHeaders: { ...(cookie !== null && { cookie }), ...headers },
      forceNew: true,
      autoConnect: false,
      reconnection: false,
    });
  }
}

function withoutNull<Value>(record: Record<string, Value | null>): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(record).filter((entry): entry is [string, Value] => entry[1] !== null),
  );
}

/** The session an answer started. */
export function cookieOf(answer: Answer): string {
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0];
  if (!cookie) throw new Error(`no session: ${answer.status} ${JSON.stringify(answer.body)}`);
  return cookie;
}
