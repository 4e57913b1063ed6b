import { isBranchName } from '@protocol/repository.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRepositoryInput, parseWorkspacePath, paths, safeReturnTo } from './paths.js';

describe('workspace addresses', () => {
  it.each([
    ['feat/x', 'feat%2Fx'],
    ['feat/code', 'feat%2Fcode'],
    ['a#b', 'a%23b'],
    ['100%', '100%25'],
    ['x%2Fy', 'x%252Fy'],
    ['é', '%C3%A9'],
  ])('NAM2 %s is one segment and comes back', (branch, segment) => {
    const href = paths.workspace.href({ owner: 'o', repo: 'r', branch });
    expect(href).toBe(`/github/o/r/${segment}/code`);
    expect(parseWorkspacePath(href)).toEqual({
      kind: 'canonical',
      owner: 'o',
      repo: 'r',
      branch,
      page: 'code',
    });
  });

  it('NAM2 every valid branch name comes back, through a URL', () => {
    const branch = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter(isBranchName);
    fc.assert(
      fc.property(branch, (name) => {
        const { pathname } = new URL(
          paths.workspace.href({ owner: 'o', repo: 'r', branch: name }),
          'http://perch.test',
        );
        const parsed = parseWorkspacePath(pathname);
        // A browser encodes a few characters more; then the server resolves the name.
        if (parsed?.kind === 'canonical') expect(parsed.branch).toBe(name);
        else expect(parsed?.kind === 'unresolved' && decodeURIComponent(parsed.rest)).toBe(`${name}/code`);
      }),
    );
  });

  it('NAM2 slashes that are not encoded are for the server to resolve', () => {
    expect(parseWorkspacePath('/github/o/r/feat/x/code')).toEqual({
      kind: 'unresolved',
      owner: 'o',
      repo: 'r',
      rest: 'feat/x/code',
    });
    expect(parseWorkspacePath('/github/o/r/main')).toEqual({
      kind: 'unresolved',
      owner: 'o',
      repo: 'r',
      rest: 'main',
    });
  });
});

it.each([
  ['octo/cat', '/github/octo/cat'],
  ['octo/cat@feat/x', '/github/octo/cat/feat%2Fx/code'],
  ['https://github.com/octo/cat', '/github/octo/cat'],
  ['https://github.com/octo/cat.git', '/github/octo/cat'],
  ['git@github.com:octo/cat.git', '/github/octo/cat'],
  ['https://github.com/octo/cat/tree/feat/x', '/github/octo/cat/feat/x'],
  ['nonsense', null],
])('NAM1 %s leads to %s', (input, href) => {
  expect(parseRepositoryInput(input)).toBe(href);
});

it('SEC2 only our own paths are returned to', () => {
  expect(safeReturnTo('/github/o/r')).toBe('/github/o/r');
  for (const bad of ['//evil.example', '/\\evil.example', 'https://evil.example', null])
    expect(safeReturnTo(bad)).toBe('/');
});
