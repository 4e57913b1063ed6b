import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { log } from '../platform/log.js';
import { endAtTheLatest } from './end-at-the-latest.js';

beforeEach(() => {
  vi.useFakeTimers();
  log.level = 'silent';
});
afterEach(() => vi.useRealTimers());

test('RUN2 a stop that hangs is ended when its time is over, and not before', () => {
  const end = vi.fn<() => void>();
  endAtTheLatest(40_000, end);
  vi.advanceTimersByTime(39_999);
  expect(end).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(end).toHaveBeenCalledOnce();
});

test('RUN2 a stop that is done waits for nothing', () => {
  const timer = vi.spyOn(globalThis, 'setTimeout');
  endAtTheLatest(40_000, () => undefined);
  const [set] = timer.mock.results;
  expect((set!.value as NodeJS.Timeout).hasRef()).toBe(false);
});
