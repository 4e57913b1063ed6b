import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';

const isLoopback = (host: string) => host === 'localhost' || host === '::1' || host.startsWith('127.');
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

const environment = z
  .object({
    PERCH_HOST: z.string().default('127.0.0.1').describe('The address to listen on'),
    PERCH_PORT: z.coerce
      .number()
      .int()
      .min(0)
      .max(65_535)
      .default(4600)
      .describe('The port to listen on; 0 takes a free one'),
    PERCH_URL: optional(z.url()).describe('The address people open, where a proxy stands in front'),
    PERCH_SECRET: optional(z.string().min(32)).describe(
      'Required on anything but loopback: 32 characters or more',
    ),
    PERCH_STATE: z
      .string()
      .default('.perch')
      .describe('Where embedded PostgreSQL and the built-in forge keep their files'),
    PERCH_LOG: z
      .enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'])
      .default('info')
      .describe('How much to log'),
    DATABASE_URL: optional(z.url()).describe('A PostgreSQL server; without one an embedded one is started'),
    GITHUB_API_URL: optional(z.url()).describe(
      'GitHub’s API, e.g. https://api.github.com; without one the built-in forge is started',
    ),
    GITHUB_TOKEN: optional(z.string()).describe('The token for GITHUB_API_URL'),
    GITHUB_WEBHOOK_SECRET: optional(z.string()).describe('Shared with the repository’s webhooks'),
  })
  .superRefine((value, context) => {
    if (!isLoopback(value.PERCH_HOST) && !value.PERCH_SECRET) {
      context.addIssue({
        code: 'custom',
        path: ['PERCH_SECRET'],
        message: `is required to listen on ${value.PERCH_HOST}`,
      });
    }
    if (value.GITHUB_API_URL && !value.GITHUB_TOKEN) {
      context.addIssue({
        code: 'custom',
        path: ['GITHUB_TOKEN'],
        message: 'is required with GITHUB_API_URL',
      });
    }
  });

/** Everything the operator can set. Read once, here alone; nobody else looks at the environment. */
export class Config {
  constructor(
    readonly host: string,
    readonly port: number,
    /** Without a trailing slash; filled in once the port is known, where nothing was configured. */
    readonly publicUrl: string | undefined,
    readonly secret: string | undefined,
    readonly stateDirectory: string,
    readonly logLevel: string,
    readonly databaseUrl: string | undefined,
    readonly github: { apiUrl: string; token: string; webhookSecret: string | undefined } | undefined,
    /** A local repository to serve, from `--repo`. */
    readonly repositoryPath: string | undefined,
  ) {}

  withPort(port: number): Config {
    return new Config(
      this.host,
      port,
      this.publicUrl,
      this.secret,
      this.stateDirectory,
      this.logLevel,
      this.databaseUrl,
      this.github,
      this.repositoryPath,
    );
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
    const value = parsed.data;
    return new Config(
      value.PERCH_HOST,
      value.PERCH_PORT,
      value.PERCH_URL?.replace(/\/$/, ''),
      value.PERCH_SECRET,
      resolve(value.PERCH_STATE),
      value.PERCH_LOG,
      value.DATABASE_URL,
      value.GITHUB_API_URL && value.GITHUB_TOKEN
        ? {
            apiUrl: value.GITHUB_API_URL,
            token: value.GITHUB_TOKEN,
            webhookSecret: value.GITHUB_WEBHOOK_SECRET,
          }
        : undefined,
      repositoryPath,
    );
  }
}

export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`Perch cannot start with this configuration:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}
