import { expect, it } from 'vitest';
import { batchLoader } from './batch-loader.js';

it('who asks in one turn is answered by one question, who asks later by another', async () => {
  const questions: string[][] = [];
  const loader = batchLoader(async (keys: readonly string[]) => {
    questions.push([...keys]);
    return keys.map((key) => key.toUpperCase());
  });
  expect(await Promise.all([loader.load('a'), loader.load('b'), loader.load('a')])).toEqual(['A', 'B', 'A']);
  expect(await loader.load('a')).toBe('A');
  expect(questions).toEqual([['a', 'b', 'a'], ['a']]);
});
