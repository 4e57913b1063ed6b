import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { madeUp, merged, type Body, type Schema } from './made-up.js';

type Answer = { content: { 'application/json': { schema: Schema } } };
type Description = { paths: Record<string, Record<string, { responses: Record<string, Answer> }>> };
let description: Description | undefined;

/**
 * One of what a list of GitHub's answers with, as its published description
 * has it: what is required, made up, with what the test says in its place.
 *
 * @param list where in the answer the list is; none where the answer is one
 */
export function restSample(path: string, said: Body, list?: string): Body {
  const require = createRequire(import.meta.url);
  description ??= JSON.parse(
    readFileSync(require.resolve('@octokit/openapi/generated/api.github.com.deref.json'), 'utf8'),
  ) as Description;
  const answer = description.paths[path]?.get?.responses['200']?.content['application/json'].schema;
  const items = list === undefined ? answer?.items : answer?.properties?.[list]?.items;
  if (!items) throw new Error(`GET ${path} is no list GitHub has`);
  const noReference = (ref: string): never => {
    throw new Error(`${ref} stands in a description without references`);
  };
  return merged(madeUp(items, noReference), said) as Body;
}
