import { pino, stdTimeFunctions, type DestinationStream } from 'pino';
import pretty from 'pino-pretty';
import { describeError } from './log-error.js';
import { withoutSecrets } from './log-secrets.js';

/** Where a secret would stand if somebody logged a whole request or configuration. */
const SECRET_KEYS = ['headers', 'authorization', 'cookie', 'password', 'secret', 'token'];

/**
 * One JSON object a line, or words where a person looks on. Whatever is logged,
 * no secret is in it.
 */
export function createLog(output: DestinationStream) {
  return pino(
    {
      level: 'info',
      base: undefined,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: {
        // Before pino looks at the error: it would take its message for what nobody said.
        logMethod([first, ...rest], write) {
          const fields: unknown = first;
          const isAbout = typeof fields === 'object' && fields !== null && 'err' in fields;
          write.apply(this, [isAbout ? { ...fields, err: describeError(fields.err) } : first, ...rest]);
        },
      },
      // Not pino's own, which knows nothing of what may not be told.
      serializers: { err: (described: unknown) => described },
      redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`]), censor: '[hidden]' },
    },
    { write: (line) => output.write(withoutSecrets(line)) },
  );
}

/** The one logger. */
export const log = createLog(
  process.stderr.isTTY ? pretty({ destination: 2, sync: true }) : pino.destination(2),
);
