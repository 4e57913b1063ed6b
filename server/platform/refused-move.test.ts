import { expect, test } from 'vitest';
import { refusedMove } from './refused-move.js';

function refusal(message: string): Error {
  return Object.assign(new Error(message), { name: 'GraphqlResponseError', errors: [{ message }] });
}

test('GIT1 a branch that is called after a rule loses a race as any other, and a rule is told', () => {
  for (const branch of ['main', 'fix-permissions', 'rules', 'denied/protect'])
    expect(refusedMove(refusal(`Reference refs/heads/${branch} is at 1 and not at 2`))).toBe('head-moved');
  expect(refusedMove(refusal('refs/heads/main is a protected branch'))).toMatchObject({
    code: 'unprocessable',
    message: 'The forge refused: refs/heads/main is a protected branch',
  });
});
