import { afterAll, beforeAll, expect, test } from 'vitest';
import { OutsidePushRounds } from './testing/outside-push-rounds.js';

const ROUNDS = process.env.PERCH_TEST_LONG === '1' ? 200 : 8;
const seed = Number(process.env.PERCH_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));

let rounds: OutsidePushRounds;
beforeAll(async () => void (rounds = await OutsidePushRounds.start(seed)));
afterAll(() => rounds?.stop());

test(
  `GIT2 ${ROUNDS} rounds of typing and outside pushes: nothing is lost, all see the same (PERCH_TEST_SEED=${seed})`,
  async () => {
    for (let round = 1; round <= ROUNDS; round++) await rounds.play(round);
    // What the rounds were to show has happened in them.
    expect(rounds.counts.merges).toBeGreaterThan(ROUNDS / 4);
    process.stdout.write(`outside pushes (PERCH_TEST_SEED=${seed}): ${JSON.stringify(rounds.counts)}\n`);
  },
  60_000 + ROUNDS * 5_000,
);
