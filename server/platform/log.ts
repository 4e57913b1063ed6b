import { pino } from 'pino';

/** The one logger. Structured, one JSON object a line; secrets are never passed to it. */
export const log = pino({ level: 'info', base: undefined }, pino.destination(2));
