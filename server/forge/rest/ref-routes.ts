import type { Router } from 'express';
import { z } from 'zod';
import { refAnswer } from '../answers.js';
import { bodyOf, repositoryOf, wildcard, type ForgeContext } from '../forge-context.js';
import { ForgeError, notFound } from '../forge-error.js';
import { RefRefused, type RefUpdate } from '../git/ref-store.js';
import { SHA } from '../git/object-store.js';
import type { ForgeUser, HostedRepository } from '../hosted-repository.js';
import { moveRef } from '../move-ref.js';

const creation = z.object({ ref: z.string(), sha: z.string().regex(SHA) });
const change = z.object({ sha: z.string().regex(SHA), force: z.boolean().default(false) });

/** Reading, making, moving and deleting refs. */
export function refRoutes(router: Router, context: ForgeContext): void {
  const { addresses } = context;

  router.get('/repos/:owner/:repo/git/ref/*ref', async (request, response) => {
    const { repository } = repositoryOf(context, request, 'read');
    await requireCommits(repository);
    const wanted = `refs/${wildcard(request, 'ref')}`;
    const found = await repository.refs.find(wanted);
    if (!found) throw notFound();
    response.json(refAnswer(repository, found, addresses));
  });

  router.get('/repos/:owner/:repo/git/matching-refs/*ref', async (request, response) => {
    const { repository } = repositoryOf(context, request, 'read');
    const found = await repository.refs.list(`refs/${wildcard(request, 'ref')}`);
    response.json(found.map((each) => refAnswer(repository, each, addresses)));
  });

  router.post('/repos/:owner/:repo/git/refs', async (request, response) => {
    const { repository, user } = repositoryOf(context, request, 'write');
    await requireCommits(repository);
    const { ref, sha } = bodyOf(creation, request, 'Reference');
    if (!ref.startsWith('refs/') || ref.split('/').length < 3) {
      throw new ForgeError(422, 'Reference name must start with refs and have at least two slashes');
    }
    // Of a branch it is looked at where it moves: a commit, or nothing that it takes.
    const type = ref.startsWith('refs/heads/') ? 'commit' : await repository.objects.typeOf(sha);
    if (!type) throw new ForgeError(422, 'Object does not exist');
    await move(repository, user, { ref, before: null, after: sha, force: false });
    response.status(201).json(refAnswer(repository, { ref, sha, type }, addresses));
  });

  router.patch('/repos/:owner/:repo/git/refs/*ref', async (request, response) => {
    const { repository, user } = repositoryOf(context, request, 'write');
    const ref = `refs/${wildcard(request, 'ref')}`;
    const { sha, force } = bodyOf(change, request, 'Reference');
    const type = await repository.objects.typeOf(sha);
    if (!type) throw new ForgeError(422, 'Object does not exist');
    const before = await repository.refs.read(ref);
    if (before === null) throw new ForgeError(422, 'Reference does not exist');
    await move(repository, user, { ref, before, after: sha, force });
    response.json(refAnswer(repository, { ref, sha, type }, addresses));
  });

  router.delete('/repos/:owner/:repo/git/refs/*ref', async (request, response) => {
    const { repository, user } = repositoryOf(context, request, 'write');
    const ref = `refs/${wildcard(request, 'ref')}`;
    const before = await repository.refs.read(ref);
    if (before === null) throw new ForgeError(422, 'Reference does not exist');
    await move(repository, user, { ref, before, after: null, force: true });
    response.status(204).end();
  });

  async function move(repository: HostedRepository, user: ForgeUser, update: RefUpdate): Promise<void> {
    try {
      await moveRef(context, repository, user, update);
    } catch (error) {
      if (!(error instanceof RefRefused)) throw error;
      if (error.reason === 'stale') throw new ForgeError(409, error.message);
      throw new ForgeError(422, error.message);
    }
  }
}

/** @throws {ForgeError} 409 (or what the route has for it) where the repository has no commit yet */
export async function requireCommits(
  repository: HostedRepository,
  status = 409,
  message = 'Git Repository is empty.',
): Promise<void> {
  if (!(await repository.hasCommits())) throw new ForgeError(status, message);
}
