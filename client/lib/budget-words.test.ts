import { expect, it } from 'vitest';
import { budgetWords } from './budget-words.js';

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
