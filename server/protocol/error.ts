import { z } from 'zod';

/** Every way a request can fail, with the HTTP status it has there. A closed set. */
export const errorStatus = {
  /** The body does not fit its schema, or names what cannot be. Do not retry. */
  invalid: 400,
  /** Nobody is signed in, or the session has ended. */
  unauthenticated: 401,
  /** Signed in and able to read, but not allowed to do this. */
  forbidden: 403,
  /** It does not exist, or the caller may not know that it does (SEC1). */
  'not-found': 404,
  /** It exists already, or what the caller knew of it is no longer so. */
  conflict: 409,
  /** An invitation or link that was used, revoked or has expired. */
  gone: 410,
  /** Larger than the limit. Send it in pieces or not at all. */
  'too-large': 413,
  /** What is asked for exists but cannot be edited as text. */
  'not-text': 415,
  /** The name or value is well-formed but refused by the forge. */
  unprocessable: 422,
  /** The document's updates have a gap: join again, which exchanges state vectors. */
  'out-of-step': 409,
  /** Too many requests; wait `retryAfterMs`. */
  'rate-limited': 429,
  /** A fault of ours. It is logged with its cause, which does not leave the server. */
  internal: 500,
  /** The forge (GitHub) answered with an error or not at all. */
  forge: 502,
  /** Cannot be done now (storage is away, a document cannot be loaded). Retry later. */
  unavailable: 503,
} as const;

export type ErrorCode = keyof typeof errorStatus;

export const errorCode = z.enum(Object.keys(errorStatus) as [ErrorCode, ...ErrorCode[]]);

/** What crosses the wire: HTTP error bodies and refused socket calls alike. */
export const errorBody = z.object({
  code: errorCode,
  /** A sentence for the person who can act: what happened, what was kept, what to do. */
  message: z.string(),
  /** Whether the same request may succeed later. */
  retry: z.boolean(),
  retryAfterMs: z.number().int().nonnegative().optional(),
});
export type ErrorBody = z.infer<typeof errorBody>;

const retriable: ReadonlySet<ErrorCode> = new Set(['rate-limited', 'internal', 'forge', 'unavailable']);

/** The one error that may be shown to whoever asked, thrown on the server and rethrown on the client. */
export class ProtocolError extends Error {
  readonly code: ErrorCode;
  readonly retry: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; retryAfterMs?: number } = {}) {
    super(message, { cause: options.cause });
    this.name = 'ProtocolError';
    this.code = code;
    this.retry = retriable.has(code);
    this.retryAfterMs = options.retryAfterMs;
  }

  get status(): number {
    return errorStatus[this.code];
  }

  toBody(): ErrorBody {
    return { code: this.code, message: this.message, retry: this.retry, retryAfterMs: this.retryAfterMs };
  }

  static fromBody(body: ErrorBody): ProtocolError {
    return new ProtocolError(body.code, body.message, { retryAfterMs: body.retryAfterMs });
  }
}
