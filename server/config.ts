import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';

const USUAL_PORT = 4600;

/** Whether a host is this machine alone, with or without an IPv6 address's brackets. */
export const isLoopback = (host: string) =>
  host === 'localhost' || host === '::1' || host === '[::1]' || /^127(?:\.\d+){3}$/.test(host);
const isEveryAddress = (host: string) => host === '0.0.0.0' || host === '::';

const optional = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

/** What Express takes as "trust proxy". */
const isProxyList = (value: string) =>
  value.split(',').every((each) => {
    const [address = '', bits, ...more] = each.trim().split('/');
    if (['loopback', 'linklocal', 'uniquelocal'].includes(each.trim())) return true;
    return isIP(address) > 0 && more.length === 0 && (bits === undefined || /^\d{1,3}$/.test(bits));
  });

/** `9464`, `0.0.0.0:9464`, `[::]:9464`; undefined for anything else. */
function listenAddress(value: string): { host: string; port: number } | undefined {
  const [, host = '127.0.0.1', port = ''] = /^(?:\[?([\w.:-]+?)\]?:)?(\d{1,5})$/.exec(value) ?? [];
  return port === '' || Number(port) > 65_535 ? undefined : { host, port: Number(port) };
}

const environment = z
  .object({
    PERCH_HOST: z.string().default('127.0.0.1').describe('The address to listen on'),
    PERCH_PORT: optional(z.coerce.number().int().min(0).max(65_535)).describe(
      'The port to listen on, 4600 or else a free one; 0 takes any free one',
    ),
    PERCH_URL: optional(z.url({ protocol: /^https?$/ })).describe(
      'The address people open, where it is not the one Perch listens on',
    ),
    PERCH_SECRET: optional(z.string().min(32)).describe(
      'The key of all links and sessions, 32 characters or more; required on anything but loopback. Another one signs everybody out',
    ),
    PERCH_STATE: z
      .string()
      .default('.perch')
      .describe('Where embedded PostgreSQL and the built-in forge keep their files'),
    PERCH_LOG: z
      .enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'])
      .default('info')
      .describe('How much to log'),
    PERCH_PROXY: z
      .string()
      .default('loopback')
      .refine(isProxyList, 'is not a list of addresses, networks, "loopback", "linklocal" or "uniquelocal"')
      .describe(
        'The proxies in front that say who a request is from: addresses, networks, "loopback" or "uniquelocal", with commas between',
      ),
    PERCH_DRAIN_SECONDS: z.coerce
      .number()
      .min(0)
      .max(300)
      .default(0)
      .describe(
        'How long a stopping process still answers while /readyz says no already, for balancers that ask only now and then',
      ),
    PERCH_METRICS: optional(
      z.string().refine((value) => listenAddress(value), 'is a port, or an address and a port: 0.0.0.0:9464'),
    ).describe('Where Prometheus asks: a port of this machine alone, or an address and a port'),
    PERCH_S3_URL: optional(z.url({ protocol: /^https?$/ })).describe(
      'An S3 server for files that are no text; without one they are kept in PERCH_STATE',
    ),
    PERCH_S3_BUCKET: z.string().default('perch').describe('The bucket there, made where it is not there'),
    PERCH_S3_REGION: optional(z.string()).describe('Its region'),
    PERCH_S3_ACCESS_KEY: optional(z.string()).describe('The key for PERCH_S3_URL'),
    PERCH_S3_SECRET_KEY: optional(z.string()).describe('And its secret'),
    DATABASE_URL: optional(z.url()).describe('A PostgreSQL server; without one an embedded one is started'),
    GITHUB_API_URL: optional(z.url()).describe(
      'GitHub’s API, e.g. https://api.github.com; without one the built-in forge is started',
    ),
    GITHUB_TOKEN: optional(z.string()).describe(
      'The token for GITHUB_API_URL, where Perch does not act as a GitHub App',
    ),
    GITHUB_APP_ID: optional(z.coerce.number().int().positive()).describe(
      'The id of the GitHub App that Perch acts as in its own name, in place of GITHUB_TOKEN',
    ),
    GITHUB_APP_PRIVATE_KEY: optional(z.string()).describe('And its private key, in PEM'),
    GITHUB_APP_PRIVATE_KEY_FILE: optional(z.string()).describe('Or the file that it is in'),
    GITHUB_APP_CLIENT_ID: optional(z.string()).describe(
      'The client id of the GitHub App (or OAuth app) that people sign in by; without one they need links',
    ),
    GITHUB_APP_CLIENT_SECRET: optional(z.string().min(8)).describe('And its client secret'),
    GITHUB_WEBHOOK_SECRET: optional(z.string().min(16)).describe(
      'What GitHub signs its webhooks with, 16 characters or more; without it none are taken',
    ),
  })
  .superRefine((value, context) => {
    if (!isLoopback(value.PERCH_HOST) && !value.PERCH_SECRET) {
      context.addIssue({
        code: 'custom',
        path: ['PERCH_SECRET'],
        message: `is required to listen on ${value.PERCH_HOST}`,
      });
    }
    if (isEveryAddress(value.PERCH_HOST) && !value.PERCH_URL) {
      context.addIssue({
        code: 'custom',
        path: ['PERCH_URL'],
        message: `is required to listen on ${value.PERCH_HOST}: Perch answers under the name it is known by alone`,
      });
    }
    if (value.PERCH_URL && URL.canParse(value.PERCH_URL) && new URL(value.PERCH_URL).pathname !== '/') {
      context.addIssue({
        code: 'custom',
        path: ['PERCH_URL'],
        message: 'names a folder; Perch has to have a host name or port of its own',
      });
    }
    for (const key of ['PERCH_S3_ACCESS_KEY', 'PERCH_S3_SECRET_KEY'] as const)
      if (value.PERCH_S3_URL && !value[key])
        context.addIssue({ code: 'custom', path: [key], message: 'is required with PERCH_S3_URL' });
    if (
      value.PERCH_S3_URL &&
      URL.canParse(value.PERCH_S3_URL) &&
      new URL(value.PERCH_S3_URL).pathname !== '/'
    )
      context.addIssue({
        code: 'custom',
        path: ['PERCH_S3_URL'],
        message: 'names a folder; the bucket is named by PERCH_S3_BUCKET',
      });
    const [clientId, clientSecret] = [value.GITHUB_APP_CLIENT_ID, value.GITHUB_APP_CLIENT_SECRET];
    if (Boolean(clientId) !== Boolean(clientSecret)) {
      const [missing, given] = clientId ? ['SECRET', 'ID'] : ['ID', 'SECRET'];
      context.addIssue({
        code: 'custom',
        path: [`GITHUB_APP_CLIENT_${missing}`],
        message: `is required with GITHUB_APP_CLIENT_${given}`,
      });
    }
    if (clientId && !value.PERCH_SECRET) {
      context.addIssue({
        code: 'custom',
        path: ['PERCH_SECRET'],
        message: 'is required with GITHUB_APP_CLIENT_ID: the tokens of those who sign in are kept under it',
      });
    }
    const fault = (path: keyof typeof value, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    const { GITHUB_APP_ID: appId, GITHUB_APP_PRIVATE_KEY: key, GITHUB_APP_PRIVATE_KEY_FILE: file } = value;
    if (value.GITHUB_API_URL && !value.GITHUB_TOKEN && !appId)
      fault('GITHUB_TOKEN', 'or GITHUB_APP_ID is required with GITHUB_API_URL');
    if (appId && value.GITHUB_TOKEN)
      fault('GITHUB_TOKEN', 'is not used beside GITHUB_APP_ID: Perch acts as the App. Leave one of them out');
    if (appId && !value.GITHUB_API_URL)
      fault('GITHUB_APP_ID', 'needs GITHUB_API_URL: the built-in forge has a token of its own');
    if (appId && !key && !file)
      fault('GITHUB_APP_PRIVATE_KEY', 'or GITHUB_APP_PRIVATE_KEY_FILE is required with GITHUB_APP_ID');
    if (key && file) fault('GITHUB_APP_PRIVATE_KEY_FILE', 'is given beside GITHUB_APP_PRIVATE_KEY');
    if (!appId && (key || file)) fault('GITHUB_APP_ID', 'is required with its private key');
    if (key && !isPrivateKey(inPem(key))) fault('GITHUB_APP_PRIVATE_KEY', 'is no private key in PEM');
  });

/** Everything the operator can set. Read once, here alone; nobody else looks at the environment. */
export class Config {
  readonly host: string;
  readonly port: number;
  /** Whether another free port will do where this one is taken. */
  readonly anyPortWillDo: boolean;
  /** The origin people open, without a trailing slash, where it is not the one Perch listens on. */
  readonly publicUrl: string | undefined;
  readonly secret: string | undefined;
  /** Express's "trust proxy". */
  readonly proxies: string;
  readonly drainMs: number;
  /** Where metrics are served, if at all. */
  readonly metrics: { host: string; port: number } | undefined;
  readonly stateDirectory: string;
  readonly logLevel: string;
  readonly databaseUrl: string | undefined;
  readonly s3:
    | { url: string; bucket: string; region?: string; accessKey: string; secretKey: string }
    | undefined;
  readonly github:
    | { apiUrl: string; token: string }
    | { apiUrl: string; app: { appId: number; privateKey: string } }
    | undefined;
  /** The App that people sign in by. Without GITHUB_API_URL the built-in forge knows it. */
  readonly githubApp: { clientId: string; clientSecret: string } | undefined;
  readonly webhookSecret: string | undefined;
  /** A local repository to serve, from `--repo`. */
  readonly repositoryPath: string | undefined;

  private constructor(value: z.output<typeof environment>, repositoryPath: string | undefined) {
    this.host = value.PERCH_HOST;
    this.port = value.PERCH_PORT ?? USUAL_PORT;
    this.anyPortWillDo = value.PERCH_PORT === undefined;
    this.publicUrl = value.PERCH_URL && new URL(value.PERCH_URL).origin;
    this.secret = value.PERCH_SECRET;
    this.proxies = value.PERCH_PROXY;
    this.drainMs = value.PERCH_DRAIN_SECONDS * 1000;
    this.metrics = value.PERCH_METRICS === undefined ? undefined : listenAddress(value.PERCH_METRICS);
    this.stateDirectory = resolve(value.PERCH_STATE);
    this.logLevel = value.PERCH_LOG;
    this.databaseUrl = value.DATABASE_URL;
    this.s3 =
      value.PERCH_S3_URL && value.PERCH_S3_ACCESS_KEY && value.PERCH_S3_SECRET_KEY
        ? {
            url: value.PERCH_S3_URL,
            bucket: value.PERCH_S3_BUCKET,
            region: value.PERCH_S3_REGION,
            accessKey: value.PERCH_S3_ACCESS_KEY,
            secretKey: value.PERCH_S3_SECRET_KEY,
          }
        : undefined;
    const { GITHUB_API_URL: apiUrl, GITHUB_TOKEN: token, GITHUB_APP_ID: appId } = value;
    if (apiUrl && appId) this.github = { apiUrl, app: { appId, privateKey: privateKeyOf(value) } };
    else if (apiUrl && token) this.github = { apiUrl, token };
    this.githubApp =
      value.GITHUB_APP_CLIENT_ID && value.GITHUB_APP_CLIENT_SECRET
        ? { clientId: value.GITHUB_APP_CLIENT_ID, clientSecret: value.GITHUB_APP_CLIENT_SECRET }
        : undefined;
    this.webhookSecret = value.GITHUB_WEBHOOK_SECRET;
    this.repositoryPath = repositoryPath;
  }

  /** What may be in no log. */
  get secrets(): string[] {
    const password = this.databaseUrl && decodeURIComponent(new URL(this.databaseUrl).password);
    return [
      this.secret,
      this.github && 'token' in this.github ? this.github.token : undefined,
      this.github && 'app' in this.github ? this.github.app.privateKey : undefined,
      this.githubApp?.clientSecret,
      this.webhookSecret,
      this.s3?.secretKey,
      password,
    ].filter((secret) => secret !== undefined);
  }

  /** @throws {ConfigError} naming every fault at once */
  static load(env: NodeJS.ProcessEnv, argv: readonly string[]): Config {
    const parsed = environment.safeParse(env);
    const faults = parsed.success
      ? []
      : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    let repositoryPath: string | undefined;
    try {
      repositoryPath = parseArgs({ args: [...argv], options: { repo: { type: 'string' } } }).values.repo;
    } catch (error) {
      faults.push(error instanceof Error ? error.message : String(error));
    }
    if (!parsed.success || faults.length > 0) throw new ConfigError(faults);
    return new Config(parsed.data, repositoryPath);
  }
}

/** A line alone, as environments keep it, has its line ends written out. */
const inPem = (key: string) => key.replaceAll('\\n', '\n').trim();

function isPrivateKey(key: string): boolean {
  try {
    return createPrivateKey(key).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}

/** @throws {ConfigError} where its file cannot be read, or has none in it */
function privateKeyOf(value: z.output<typeof environment>): string {
  const { GITHUB_APP_PRIVATE_KEY: key, GITHUB_APP_PRIVATE_KEY_FILE: file } = value;
  if (key || !file) return inPem(key ?? '');
  let read: string;
  try {
    read = inPem(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ConfigError([
      `GITHUB_APP_PRIVATE_KEY_FILE: ${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`,
    ]);
  }
  if (!isPrivateKey(read))
    throw new ConfigError([`GITHUB_APP_PRIVATE_KEY_FILE: ${file} is no private key in PEM`]);
  return read;
}

export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`Perch cannot start with this configuration:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}
