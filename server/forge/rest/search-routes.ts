import type { Router } from 'express';
import { repositoryAnswer } from '../answers.js';
import { userOf, type ForgeContext } from '../forge-context.js';
import { ForgeError } from '../forge-error.js';
import type { HostedRepository } from '../hosted-repository.js';
import { paginate } from './pagination.js';

/** Repositories by words of their name or description, with GitHub's most used qualifiers. */
export function searchRoutes(router: Router, context: ForgeContext): void {
  router.get('/search/repositories', async (request, response) => {
    const user = userOf(context, request);
    const query = typeof request.query.q === 'string' ? request.query.q.trim() : '';
    if (query === '')
      throw new ForgeError(422, 'Validation Failed', [{ resource: 'Search', field: 'q', code: 'missing' }]);
    const { words, qualifiers } = parse(query);
    const found = [...context.repositories.values()].flatMap((repository) => {
      const permission = repository.permissionOf(user);
      if (!permission || !qualifiers.every((each) => fits(repository, each))) return [];
      const score = scoreOf(repository, words);
      return score > 0 ? [{ repository, permission, score }] : [];
    });
    const sorted = found.sort(
      (one, other) => other.score - one.score || one.repository.name.localeCompare(other.repository.name),
    );
    const items = await Promise.all(
      paginate(request, response, sorted).map(async ({ repository, permission, score }) => ({
        ...repositoryAnswer(repository, permission, await repository.refs.head(), context.addresses),
        score,
      })),
    );
    response.json({ total_count: found.length, incomplete_results: false, items });
  });
}

type Qualifier = { name: string; value: string };

function parse(query: string): { words: string[]; qualifiers: Qualifier[] } {
  const words: string[] = [];
  const qualifiers: Qualifier[] = [];
  for (const [, name, quoted, bare] of query.matchAll(/(?:(\w+):)?(?:"([^"]*)"|(\S+))/g)) {
    const value = (quoted ?? bare ?? '').toLowerCase();
    if (name) qualifiers.push({ name: name.toLowerCase(), value });
    else words.push(value);
  }
  return { words, qualifiers };
}

function fits({ owner, name, options }: HostedRepository, qualifier: Qualifier): boolean {
  switch (qualifier.name) {
    case 'user':
    case 'org':
      return owner.toLowerCase() === qualifier.value;
    case 'repo':
      return `${owner}/${name}`.toLowerCase() === qualifier.value;
    case 'is':
      return qualifier.value === (options.private ? 'private' : 'public');
    default:
      return true;
  }
}

/** Every word has to be somewhere; in the name it counts for more. */
function scoreOf({ name, options }: HostedRepository, words: readonly string[]): number {
  const title = name.toLowerCase();
  const description = options.description?.toLowerCase() ?? '';
  let score = 1;
  for (const word of words) {
    if (title === word) score += 4;
    else if (title.startsWith(word)) score += 3;
    else if (title.includes(word)) score += 2;
    else if (description.includes(word)) score += 1;
    else return 0;
  }
  return score;
}
