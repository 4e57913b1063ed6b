import { z } from 'zod';

/** Bytes on the socket: a Uint8Array in the browser, a Buffer in Node. Never base64. */
export const bytes = (maximum: number) =>
  z.instanceof(Uint8Array).refine((value) => value.byteLength <= maximum, {
    message: `must be at most ${maximum} bytes`,
  });
