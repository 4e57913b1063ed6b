import { log } from '../platform/log.js';

/** The watchdog of a stop: where it hangs, `end` is called. It keeps nothing alive by itself. */
export function endAtTheLatest(afterMs: number, end: () => void): void {
  setTimeout(() => {
    log.error('this takes too long; what is acknowledged is stored, the rest is with whoever wrote it');
    end();
  }, afterMs).unref();
}
