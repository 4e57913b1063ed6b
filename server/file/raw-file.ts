import type { Response } from 'express';
import { pipeline } from 'node:stream/promises';
import type { ByteRange } from '../object/object-store.js';
import type { RawFile } from './file-content.service.js';

/** What a browser may show as it is; anything else is only ever downloaded. */
const shown: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  bmp: 'image/bmp',
  ico: 'image/x-icon',
  svg: 'image/svg+xml',
  mp3: 'audio/mpeg',
  ogg: 'audio/ogg',
  oga: 'audio/ogg',
  opus: 'audio/ogg',
  wav: 'audio/wav',
  flac: 'audio/flac',
  m4a: 'audio/mp4',
  aac: 'audio/aac',
  weba: 'audio/webm',
};

/**
 * Sends a file of the repository from our own origin. Whatever it contains,
 * it runs no script here: its type is not guessed, it is sandboxed, and what
 * is neither image nor sound is a download.
 */
export async function sendRawFile(response: Response, path: string, file: RawFile): Promise<void> {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const type = shown[name.slice(name.lastIndexOf('.') + 1).toLowerCase()];
  const disposition = type ? 'inline' : 'attachment';
  response
    .status(200)
    .set('Content-Type', type ?? 'application/octet-stream')
    .set('X-Content-Type-Options', 'nosniff')
    .set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox")
    .set('Cross-Origin-Resource-Policy', 'same-origin')
    .set('Content-Disposition', `${disposition}; filename*=UTF-8''${encodeRfc5987(name)}`)
    .set('Cache-Control', 'private, no-cache')
    .set('Accept-Ranges', 'bytes')
    .set('ETag', `"${file.sha}"`);
  const { content, size } = file;
  const range = response.req.fresh ? undefined : askedPart(response, size);
  if (range === 'outside') {
    response.status(416).set('Content-Range', `bytes */${size}`).end();
    return;
  }
  if (range) response.status(206).set('Content-Range', `bytes ${range.start}-${range.end}/${size}`);
  if (content instanceof Uint8Array) {
    const part = range ? content.subarray(range.start, range.end + 1) : content;
    response.send(Buffer.from(part.buffer, part.byteOffset, part.byteLength));
    return;
  }
  response.set('Content-Length', String(range ? range.end - range.start + 1 : size));
  if (response.req.fresh || response.req.method === 'HEAD') {
    if (response.req.fresh) response.status(304).removeHeader('Content-Length');
    response.end();
    return;
  }
  const source = await content(range).catch((error: unknown) => {
    // A refusal is no file.
    for (const name of ['Content-Length', 'Content-Type', 'Content-Range', 'ETag'])
      response.removeHeader(name);
    throw error;
  });
  await pipeline(source, response).catch(() => {
    // Whoever asked has gone, or the store has: what was announced does not come.
    response.destroy();
  });
}

/** The one part that a player asks for, to begin in the middle; whatever else is asked for gets it all. */
function askedPart(response: Response, size: number): ByteRange | 'outside' | undefined {
  const { req: request } = response;
  const since = request.get('If-Range');
  if (request.method !== 'GET' || (since !== undefined && since !== response.get('ETag'))) return undefined;
  const ranges = request.range(size, { combine: true });
  if (ranges === -1) return 'outside';
  if (ranges === undefined || ranges === -2 || ranges.type !== 'bytes') return undefined;
  const [only, ...more] = ranges;
  return only && more.length === 0 ? { start: only.start, end: only.end } : undefined;
}

function encodeRfc5987(name: string): string {
  return encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
