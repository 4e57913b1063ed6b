import compression from 'compression';
import type { Response } from 'express';

/** Below it compressing costs more than it saves. */
const LEAST_BYTES = 4_096;

/**
 * Large answers in JSON are compressed as the browser asks. Nothing else is:
 * a file's bytes keep their length, which a player seeks by, and an event
 * stream would be held back until there is enough of it.
 */
export const compressAnswers = compression({
  threshold: LEAST_BYTES,
  filter: (_request, response) => isJson(response as Response),
});

const isJson = (response: Response) =>
  String(response.getHeader('Content-Type') ?? '').startsWith('application/json');
