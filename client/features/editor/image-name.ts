import type { NotTextReason } from '@protocol/file.js';

const IMAGE = /\.(?:png|jpe?g|gif|webp|avif|ico|bmp)$/i;

/** Whether a file is shown as an image; an SVG is a text. */
export const isImage = (path: string, reason: NotTextReason): boolean =>
  reason === 'binary' && IMAGE.test(path);
