import type { Response } from 'express';
import { pipeline } from 'node:stream/promises';
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
    .set('ETag', `"${file.sha}"`);
  const { content, size } = file;
  if (content instanceof Uint8Array) {
    response.send(Buffer.from(content.buffer, content.byteOffset, content.byteLength));
    return;
  }
  if (response.req.fresh || response.req.method === 'HEAD') {
    content.destroy();
    response.status(response.req.fresh ? 304 : 200).end();
    return;
  }
  response.set('Content-Length', String(size));
  await pipeline(content, response).catch(() => {
    // Whoever asked has gone, or the store has: what was announced does not come.
    response.destroy();
  });
}

function encodeRfc5987(name: string): string {
  return encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
