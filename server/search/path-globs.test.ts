import { expect, it } from 'vitest';
import { pathGlobs } from './path-globs.js';

it.each([
  ['*.ts', ['a.ts', 'src/b.ts'], ['a.tsx']],
  ['src', ['src/a.ts', 'lib/src/b.ts'], ['srcx/a.ts']],
  ['./src/*.js, docs/', ['src/a.js', 'docs/x/y.md'], ['src/x/a.js']],
  ['**/.github/**', ['.github/a.yml'], ['github/a.yml']],
])('SRC1 %s', (globs, fit, others) => {
  const matches = pathGlobs(globs)!;
  expect(fit.filter((path) => !matches(path))).toEqual([]);
  expect(others.filter((path) => matches(path))).toEqual([]);
});

it('SRC1 no glob is no condition', () => {
  expect(pathGlobs(' , ')).toBeNull();
});
