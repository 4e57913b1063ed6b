import { UPLOAD_MAX_BYTES } from '@protocol/file.js';
import { expect, it } from 'vitest';
import { listed, planUpload, UPLOAD_MAX_FILES } from './upload-plan.js';

const chosen = (path: string, size = 1) => ({ path, file: { size } as File });
const paths = (files: { path: string }[]) => files.map((each) => each.path);

it('UPL1 what is there is asked about, what cannot be taken is told', () => {
  const plan = planUpload(
    'assets',
    [
      chosen('bird.png'),
      chosen('more/bird.png'),
      chosen('film.mp4', UPLOAD_MAX_BYTES + 1),
      chosen('more/.git/config'),
      chosen('more/.GIT/HEAD'),
      chosen('exact.bin', UPLOAD_MAX_BYTES),
    ],
    (path) => path === 'assets/bird.png',
  );
  expect(paths(plan.taken)).toEqual(['assets/bird.png']);
  expect(paths(plan.fresh)).toEqual(['assets/more/bird.png', 'assets/exact.bin']);
  expect(plan.refusals).toEqual([
    'film.mp4 is larger than 50 MB and was left out.',
    'more/.git/config and more/.GIT/HEAD cannot be in a repository and were left out.',
  ]);
  expect(paths(planUpload('', [chosen('a')], () => false).fresh)).toEqual(['a']);
});

it('UPL1 a folder without files, and far too many of them, are refused in a sentence', () => {
  expect(planUpload('', [], () => false).refusals).toEqual([
    'There is no file in it, and git keeps no empty folders.',
  ]);
  const many = Array.from({ length: UPLOAD_MAX_FILES + 1 }, (_, index) => chosen(String(index)));
  const plan = planUpload('', many, () => false);
  expect(plan.fresh).toEqual([]);
  expect(plan.refusals[0]).toMatch(/Nothing was uploaded/);
  expect(listed(['a', 'b', 'c', 'd'])).toBe('a, b and 2 more');
});
