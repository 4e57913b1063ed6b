/** Runs at once, then no more often than every so many milliseconds, and a last time after the last call. */
export function gathered(run: () => void, everyMs: number): { call: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isWanted = false;
  const call = (): void => {
    if (timer !== undefined) {
      isWanted = true;
      return;
    }
    run();
    timer = setTimeout(() => {
      timer = undefined;
      if (!isWanted) return;
      isWanted = false;
      call();
    }, everyMs);
  };
  return { call, stop: () => clearTimeout(timer) };
}
