import { expect, it } from 'vitest';
import { budgetWords, timeOf } from './budget-words.js';

const now = new Date('2026-01-01T10:00:00Z');
const resetsAt = '2026-01-01T10:30:00.000Z';
const said = (remaining: number, at = now) => budgetWords({ limit: 5_000, remaining, resetsAt }, at);

it('GIT6 a low budget is told with what is left and its reset; a sufficient or renewed one is not', () => {
  expect(said(500)).toBeNull();
  expect(said(499)).toMatch(/only 499 more of 5000 requests .*30/);
  expect(said(0)).toMatch(/no more requests .*30.*Editing together goes on/);
  expect(said(0, new Date(resetsAt))).toBeNull();
  expect(budgetWords(null, now)).toBeNull();
});

it('GIT6 a moment of another day, or of another year, says so', () => {
  const said = (year: number, month: number, day: number) =>
    timeOf(new Date(year, month, day, 8, 5).toISOString(), new Date(2026, 2, 10, 10, 0));
  expect(said(2026, 2, 10)).not.toMatch(/10|Mar|2026/);
  expect(said(2026, 2, 9)).toMatch(/9.*05/);
  expect(said(2026, 2, 9)).not.toMatch(/2026/);
  expect(said(2025, 2, 10)).toMatch(/2025.*05/);
  // What comes soon needs no day, after midnight too.
  const midnight = '2027-01-01T00:05:00';
  expect(timeOf(midnight, new Date('2026-12-31T23:30:00'))).toBe(timeOf(midnight, new Date(midnight)));
});
