import { afterEach, expect, test } from 'vitest';
import { git, startTestForge, type TestForge } from '../forge/testing/test-forge.js';
import { GithubTrees } from './github-trees.js';

let it: TestForge;
afterEach(() => it.stop());
const name = { owner: 'octo', repo: 'cat' };

test('GIT6 folders that a tree’s requests do not reach are listed when somebody looks into them, once', async () => {
  it = await startTestForge({ limits: { treeEntries: 4 } });
  const paths = ['a.txt', 'b/one/1.txt', 'b/one/2.txt', 'b/two/3.txt', 'c/4.txt', 'c/5.txt'];
  const work = await it.work('cat', Object.fromEntries(paths.map((path) => [path, 'x'])));
  await it.serve('cat', work);
  const commit = await git(work, 'rev-parse', 'HEAD');
  const asked = () => it.forge.answers.get('GET git/trees 200') ?? 0;
  // The root, whole and cut off, and then its own level: no more.
  const trees = new GithubTrees(it.client(), 2);
  const tree = await trees.get(name, commit);
  expect([...tree.files.keys()]).toEqual(['a.txt']);
  expect([...tree.unlisted.keys()]).toEqual(['b', 'c']);
  expect(tree.truncated).toBe(true);
  expect(asked()).toBe(2);

  const [one, same] = await Promise.all([
    trees.reaching(name, commit, 'b/one/2.txt'),
    trees.reaching(name, commit, 'b/'),
  ]);
  expect(one).toBe(tree);
  expect(same).toBe(tree);
  // It was cut off too, so it, its level and the two folders there were asked for, by both at once.
  expect(asked()).toBe(2 + 4);
  expect(tree.files.get('b/one/2.txt')?.mode).toBe('100644');
  expect([...tree.unlisted.keys()]).toEqual(['c']);
  await trees.reaching(name, commit, 'c/none.txt');
  expect([...tree.files.keys()].toSorted()).toEqual(paths);
  expect(tree.truncated).toBe(false);
  await trees.reaching(name, commit, 'c/5.txt');
  expect(asked()).toBe(2 + 4 + 1);
});
