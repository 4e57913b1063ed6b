import { ProtocolError } from '@protocol/error.js';
import { environmentManager, QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createQueryClient } from './query-client.js';

const { isServer } = environmentManager;
beforeEach(() => {
  vi.useFakeTimers();
  environmentManager.setIsServer(() => false);
});
afterEach(() => {
  environmentManager.setIsServer(isServer);
  vi.useRealTimers();
});

/** Asks for something that fails so, first once and then as told. */
function ask(failure: ProtocolError) {
  const client = createQueryClient(() => {});
  const it = { asked: 0, answer: Promise.reject<string>(failure) };
  const observer = new QueryObserver(client, {
    queryKey: ['it'],
    queryFn: () => {
      it.asked++;
      return it.answer;
    },
  });
  const leave = observer.subscribe(() => {});
  const stop = (): void => {
    leave();
    client.clear();
  };
  return { it, observer, stop };
}

test('GIT6 what the server has waited for is told at once, and asked for again by itself', async () => {
  const { it, observer, stop } = ask(new ProtocolError('forge', 'GitHub does not answer.'));
  await vi.advanceTimersByTimeAsync(20_000);
  expect([it.asked, observer.getCurrentResult().error?.message]).toEqual([1, 'GitHub does not answer.']);
  it.answer = Promise.resolve('there');
  await vi.advanceTimersByTimeAsync(10_000);
  expect([it.asked, observer.getCurrentResult().data]).toEqual([2, 'there']);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(it.asked).toBe(2);
  stop();
});

test('GIT6 a limit that lasts is told at once, and nothing is asked before it is over', async () => {
  const { it, observer, stop } = ask(
    new ProtocolError('rate-limited', 'For an hour.', { retryAfterMs: 3_600_000 }),
  );
  await vi.advanceTimersByTimeAsync(3_599_000);
  expect([it.asked, observer.getCurrentResult().error?.message]).toEqual([1, 'For an hour.']);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(it.asked).toBe(2);
  stop();
});

test.each([
  new ProtocolError('unavailable', 'Perch cannot be reached.'),
  new ProtocolError('rate-limited', 'Too fast.', { retryAfterMs: 1_000 }),
])('OFF1 what may be there in a moment is asked for three times more: $message', async (failure) => {
  const { it, observer, stop } = ask(failure);
  await vi.advanceTimersByTimeAsync(6_900);
  expect([it.asked, observer.getCurrentResult().status]).toEqual([3, 'pending']);
  await vi.advanceTimersByTimeAsync(100_000);
  expect([it.asked, observer.getCurrentResult().status]).toEqual([4, 'error']);
  stop();
});

test('SEC1 a refusal is told, and not asked for again', async () => {
  const { it, observer, stop } = ask(new ProtocolError('forbidden', 'No.'));
  await vi.advanceTimersByTimeAsync(100_000);
  expect([it.asked, observer.getCurrentResult().status]).toEqual([1, 'error']);
  stop();
});
