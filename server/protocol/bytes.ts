import { z } from 'zod';

/** Bytes on the socket: a Uint8Array in the browser, a Buffer in Node. Never base64. */
export const bytes = (maximum: number) =>
  z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.byteLength <= maximum, {
    message: `must be bytes, at most ${maximum}`,
  });

/** Bytes the server sends, of any length. */
export const anyBytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, {
  message: 'must be bytes',
});
