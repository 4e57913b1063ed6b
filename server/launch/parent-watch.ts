/**
 * How the server learns that whoever launched it is gone: a pipe, or Node's own channel to a parent, of which
 * the kernel closes the other end however the parent ends.
 *
 * Guarantee: `onGone` is called once, and never where nobody asked for it (no PERCH_PARENT_FD, no channel).
 * Watching does not keep the process alive.
 */
import { Socket } from 'node:net';

export function exitWithParent(onGone: () => void): void {
  const fd = process.env.PERCH_PARENT_FD;
  // The number means nothing to the programs that the server starts.
  delete process.env.PERCH_PARENT_FD;
  if (fd) {
    const pipe = new Socket({ fd: Number(fd), readable: true, writable: false });
    pipe.on('error', () => undefined); // Followed by "close".
    pipe.once('close', onGone);
    pipe.resume();
    pipe.unref();
  } else if (process.channel) {
    process.once('disconnect', onGone);
  }
}
