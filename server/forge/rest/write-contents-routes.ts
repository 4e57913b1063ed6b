import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import { gitCommitAnswer } from '../answers.js';
import { bodyOf, repositoryOf, wildcard, type ForgeContext } from '../forge-context.js';
import { ForgeError, notFound } from '../forge-error.js';
import { SHA } from '../git/object-store.js';
import { RefRefused } from '../git/ref-store.js';
import { moveRef } from '../move-ref.js';
import { contentAnswer } from './content-answer.js';
import { signature, signed } from './signature.js';

const put = z.object({
  message: z.string(),
  content: z.base64(),
  sha: z.string().regex(SHA).optional(),
  branch: z.string().optional(),
  author: signature.optional(),
  committer: signature.optional(),
});

/** One file written by its path, as a commit: the only way over the API to the first commit of an empty repository. */
export function writeContentsRoutes(router: Router, context: ForgeContext): void {
  const { addresses } = context;

  router.put('/repos/:owner/:repo/contents/*path', async (request: Request, response: Response) => {
    const { repository, user } = repositoryOf(context, request, 'write');
    const { objects, refs } = repository;
    const body = bodyOf(put, request, 'Content');
    const path = wildcard(request, 'path');
    if (/(?:^|\/)(?:\.{0,2}|\.git)(?:\/|$)/i.test(path))
      throw new ForgeError(422, `path contains a malformed path component`);
    const branch = body.branch ?? (await refs.head());
    const ref = `refs/heads/${branch}`;
    const before = await refs.read(ref);
    if (before === null && (await refs.list('refs/heads/')).length > 0)
      throw new ForgeError(404, `Branch ${branch} not found`);
    const base = before && (await objects.resolve(before, 'tree'));
    const known = base ? await objects.entryAt(base, path) : null;
    if (known && body.sha === undefined)
      throw new ForgeError(422, `Invalid request.\n\n"sha" wasn't supplied.`);
    if ((known?.sha ?? body.sha) !== body.sha)
      throw new ForgeError(409, `${path} does not match ${body.sha}`);
    const sha = await objects.writeBlob(Buffer.from(body.content, 'base64'));
    const tree = await objects.writeTree(base, [{ path, mode: known?.mode ?? '100644', sha }]);
    const commit = await objects.writeCommit({
      message: body.message,
      tree,
      parents: before ? [before] : [],
      author: signed(body.author ?? body.committer, user),
      committer: signed(body.committer ?? body.author, user),
    });
    try {
      await moveRef(context, repository, user, { ref, before, after: commit, force: false });
    } catch (error) {
      if (!(error instanceof RefRefused)) throw error;
      if (error.reason === 'protected')
        throw new ForgeError(409, `Could not ${known ? 'update' : 'create'} file: ${error.message}`);
      throw new ForgeError(error.reason === 'checked-out' ? 422 : 409, error.message);
    }
    const made = await objects.readCommit(commit);
    const entry = await objects.entryAt(tree, path);
    if (!made || !entry) throw notFound();
    response.status(known ? 200 : 201).json({
      content: contentAnswer(repository, entry, branch, addresses),
      commit: gitCommitAnswer(repository, made, addresses),
    });
  });
}
