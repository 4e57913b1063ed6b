import type { Router } from 'express';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import { gitCommitAnswer, repositoryUrl, treeEntryAnswer } from '../answers.js';
import { bodyOf, repositoryOf, wildcard, type ForgeContext } from '../forge-context.js';
import { ForgeError, notFound, tooLarge } from '../forge-error.js';
import { GitFailure } from '../git/git.js';
import { SHA, type TreeEntry } from '../git/object-store.js';
import type { HostedRepository } from '../hosted-repository.js';
import type { ForgeLimits } from '../limits.js';
import { folded } from './content-answer.js';
import { mediaType } from './media-type.js';
import { requireCommits } from './ref-routes.js';
import { signature, signed } from './signature.js';

/** Written in one go, some 5 ms: Perch itself lives in this process. */
const ENTRIES_A_TURN = 2_000;
const NO_LIMITS = { treeEntries: Infinity, treeBytes: Infinity };

const blobCreation = z.object({
  content: z.string(),
  encoding: z.enum(['utf-8', 'base64']).default('utf-8'),
});
const treeCreation = z.object({
  base_tree: z.string().optional(),
  tree: z
    .array(
      z.object({
        path: z.string().min(1),
        mode: z.enum(['100644', '100755', '040000', '160000', '120000']),
        type: z.enum(['blob', 'tree', 'commit']).optional(),
        sha: z.string().regex(SHA).nullable().optional(),
        content: z.string().optional(),
      }),
    )
    .min(1)
    .max(100_000),
});
const commitCreation = z.object({
  message: z.string(),
  tree: z.string().regex(SHA),
  parents: z.array(z.string().regex(SHA)).default([]),
  author: signature.optional(),
  committer: signature.optional(),
});

/** Blobs, trees and commits, read and made. */
export function objectRoutes(router: Router, context: ForgeContext): void {
  const { addresses, limits } = context;

  router.get('/repos/:owner/:repo/git/blobs/:sha', async (request, response) => {
    const { repository } = repositoryOf(context, request, 'read');
    await requireCommits(repository);
    const { sha } = request.params;
    if (!SHA.test(sha) || (await repository.objects.typeOf(sha)) !== 'blob') throw notFound();
    if ((await repository.objects.sizeOf(sha)) > limits.blobBytes) throw tooLarge('100 MB');
    const bytes = await repository.objects.readBlob(sha);
    if (mediaType(request) === 'raw') {
      response.type('application/octet-stream').send(bytes);
      return;
    }
    response.json({
      sha,
      node_id: Buffer.from(`04:Blob${sha}`).toString('base64'),
      url: `${repositoryUrl(repository, addresses)}/git/blobs/${sha}`,
      size: bytes.byteLength,
      content: folded(bytes),
      encoding: 'base64',
    });
  });

  router.post('/repos/:owner/:repo/git/blobs', async (request, response) => {
    const { repository } = repositoryOf(context, request, 'write');
    await requireCommits(repository);
    const { content, encoding } = bodyOf(blobCreation, request, 'Blob');
    const sha = await repository.objects.writeBlob(
      Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8'),
    );
    response.status(201).json({ sha, url: `${repositoryUrl(repository, addresses)}/git/blobs/${sha}` });
  });

  router.get('/repos/:owner/:repo/git/trees/*sha', async (request, response) => {
    const { repository } = repositoryOf(context, request, 'read');
    const name = wildcard(request, 'sha');
    const sha = repository.objects.isListed(name) ? name : await treeNamed(repository, name);
    const isRecursive = request.query.recursive !== undefined;
    const entries = await repository.objects.listTree(sha, isRecursive);
    const answer = (entry: TreeEntry) => treeEntryAnswer(repository, entry, addresses);
    const { json, truncated } = await written(isRecursive ? limits : NO_LIMITS, entries, answer);
    const url = `${repositoryUrl(repository, addresses)}/git/trees/${sha}`;
    response
      .type('json')
      .send(`{"sha":"${sha}","url":${JSON.stringify(url)},"tree":${json},"truncated":${truncated}}`);
  });

  router.post('/repos/:owner/:repo/git/trees', async (request, response) => {
    const { repository } = repositoryOf(context, request, 'write');
    await requireCommits(repository);
    const { base_tree: wanted, tree } = bodyOf(treeCreation, request, 'Tree');
    const base = wanted === undefined ? null : await repository.objects.resolve(wanted, 'tree');
    if (wanted !== undefined && base === null) throw notFound();
    const changes = await Promise.all(
      tree.map(async ({ path, mode, sha, content }) => {
        if (sha === undefined && content === undefined)
          throw new ForgeError(422, 'tree.sha or tree.content is missing');
        if (typeof sha === 'string' && mode !== '160000' && !(await repository.objects.typeOf(sha))) {
          throw new ForgeError(422, `tree.sha ${sha} is not a valid object`);
        }
        return {
          path,
          mode,
          sha:
            content === undefined ? (sha ?? null) : await repository.objects.writeBlob(Buffer.from(content)),
        };
      }),
    );
    const bad = changes.find(({ path }) => /(?:^|\/)(?:\.{0,2}|\.git)(?:\/|$)/i.test(path));
    if (bad) throw new ForgeError(422, `tree.path contains a malformed path component: ${bad.path}`);
    try {
      const sha = await repository.objects.writeTree(base, changes);
      const entries = await repository.objects.listTree(sha, false);
      response.status(201).json({
        sha,
        url: `${repositoryUrl(repository, addresses)}/git/trees/${sha}`,
        tree: entries.map((entry) => treeEntryAnswer(repository, entry, addresses)),
        truncated: false,
      });
    } catch (error) {
      if (error instanceof GitFailure) throw new ForgeError(422, 'GitRPC::BadObjectState');
      throw error;
    }
  });

  router.get('/repos/:owner/:repo/git/commits/:sha', async (request, response) => {
    const { repository } = repositoryOf(context, request, 'read');
    const { sha } = request.params;
    const commit = SHA.test(sha) ? await repository.objects.readCommit(sha) : null;
    if (!commit) throw notFound();
    response.json(gitCommitAnswer(repository, commit, addresses));
  });

  router.post('/repos/:owner/:repo/git/commits', async (request, response) => {
    const { repository, user } = repositoryOf(context, request, 'write');
    await requireCommits(repository);
    const { message, tree, parents, author, committer } = bodyOf(commitCreation, request, 'Commit');
    if ((await repository.objects.typeOf(tree)) !== 'tree')
      throw new ForgeError(422, 'Tree SHA does not exist');
    for (const parent of parents) {
      if ((await repository.objects.typeOf(parent)) !== 'commit')
        throw new ForgeError(422, 'Parent SHA does not exist or is not a commit object');
    }
    const by = signed(author, user);
    const sha = await repository.objects.writeCommit({
      message,
      tree,
      parents,
      author: by,
      committer: signed(committer ?? author, user),
    });
    response
      .status(201)
      .json(gitCommitAnswer(repository, (await repository.objects.readCommit(sha))!, addresses));
  });
}

async function treeNamed(repository: HostedRepository, name: string): Promise<string> {
  await requireCommits(repository);
  const sha = await repository.objects.resolve(name, 'tree');
  if (!sha) throw notFound();
  return sha;
}

/** As many entries of a recursive tree as GitHub hands out in one answer, as JSON. */
async function written(
  { treeEntries, treeBytes }: Pick<ForgeLimits, 'treeEntries' | 'treeBytes'>,
  entries: readonly TreeEntry[],
  answer: (entry: TreeEntry) => object,
): Promise<{ json: string; truncated: boolean }> {
  const cut: string[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const json = JSON.stringify(answer(entry));
    bytes += Buffer.byteLength(json);
    if (cut.length === treeEntries || bytes > treeBytes) break;
    cut.push(json);
    if (cut.length % ENTRIES_A_TURN === 0) await nextTurn();
  }
  return { json: `[${cut.join(',')}]`, truncated: cut.length < entries.length };
}
