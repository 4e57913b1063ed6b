import { type NextFunction, type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { parse } from '../platform/http-route.js';
import { KeyedLimit } from '../platform/keyed-limit.js';
import { ProtocolError } from '../protocol/error.js';
import type { Reception, WebhookService } from './webhook.service.js';

/**
 * GitHub sends up to 25 MB, of a push of thousands of files. What is larger
 * than this is refused before it is read: the branch is looked at anyway.
 */
const BODY_LIMIT = 5_000_000;
/** A push of a hundred branches comes as two hundred deliveries. */
const DELIVERIES_PER_SECOND = 50;
const DELIVERIES_BURST = 1_000;

const headers = z.object({
  'x-github-event': z.string().regex(/^[a-z_]{1,100}$/),
  'x-github-delivery': z.string().regex(/^[\w-]{1,100}$/),
});

/**
 * `POST /api/webhooks/github`. It stands before everything that reads bodies,
 * cookies and origins: the signature over the bytes as they came is all that
 * counts here.
 */
export function webhookReceiver(service: WebhookService): Router {
  const limit = new KeyedLimit(
    DELIVERIES_PER_SECOND,
    DELIVERIES_BURST,
    'These are more deliveries than Perch takes at once. What they tell of is found by asking.',
  );
  const router = Router();
  router.post('/', (request: Request, response: Response, next: NextFunction) => {
    if (!service.isOpen)
      throw new ProtocolError('not-found', 'This Perch takes no webhooks: GITHUB_WEBHOOK_SECRET is not set.');
    limit.take(request.ip ?? '');
    receive(service, request).then(
      (state) => response.status(202).json({ state }),
      (error: unknown) => {
        // Whoever is refused has the rest still to send: not on this connection.
        if (!request.complete) {
          response.setHeader('Connection', 'close');
          response.once('finish', () => request.destroy());
        }
        next(error);
      },
    );
  });
  return router;
}

async function receive(service: WebhookService, request: Request): Promise<Reception> {
  if (!request.is('application/json'))
    throw new ProtocolError('invalid', 'Perch takes webhooks of the content type application/json alone.');
  const signature = request.headers['x-hub-signature-256'];
  if (typeof signature !== 'string' || signature === '') throw unsigned();
  const { 'x-github-event': event, 'x-github-delivery': guid } = parse(headers, request.headers);
  const body = await read(request);
  const reception = body === '' ? 'unsigned' : await service.receive({ guid, event, signature, body });
  if (reception === 'unsigned') throw unsigned();
  if (reception === 'malformed')
    throw new ProtocolError('invalid', 'This is signed, but not what GitHub sends as this event.');
  return reception;
}

/** What body parsers would first read to its end is refused by its announced length, or as soon as it is too long. */
async function read(request: Request): Promise<string> {
  const tooLarge = () =>
    new ProtocolError(
      'too-large',
      'This delivery is larger than Perch takes. Its branch is looked at anyway.',
    );
  if (Number(request.headers['content-length']) > BODY_LIMIT) throw tooLarge();
  const pieces: Buffer[] = [];
  let size = 0;
  const ended = new Promise<void>((resolve, reject) => {
    request.on('data', (piece: Buffer) => {
      size += piece.byteLength;
      if (size <= BODY_LIMIT) pieces.push(piece);
      else {
        request.pause();
        reject(tooLarge());
      }
    });
    request.once('end', resolve);
    const broken = (): void => reject(new ProtocolError('invalid', 'This delivery broke off.'));
    request.once('error', broken);
    request.once('close', broken);
  });
  await ended;
  return Buffer.concat(pieces).toString();
}

function unsigned(): ProtocolError {
  return new ProtocolError('unauthenticated', 'This is not signed with the secret that Perch knows.');
}
