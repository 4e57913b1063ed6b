import { useSyncExternalStore } from 'react';

let away = false;
const listeners = new Set<() => void>();

/** To be called with every request: whether Perch itself has answered it. */
export function noteAnswer(answered: boolean): void {
  if (away === !answered) return;
  away = !answered;
  for (const listener of listeners) listener();
}

/** Whether the last request found no server. */
export function useIsAway(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => away,
  );
}
