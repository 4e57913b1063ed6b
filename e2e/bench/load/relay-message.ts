/** The first byte of a relay's message. */
export const UPDATE = 0;
export const CURSOR = 1;
/** All updates so far, each behind its length in four bytes; the answer to a connection. */
export const LOG = 2;
