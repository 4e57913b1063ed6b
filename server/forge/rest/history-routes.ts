import type { Router } from 'express';
import { commitAnswer, fileAnswer, repositoryUrl } from '../answers.js';
import { repositoryOf, wildcard, type ForgeContext } from '../forge-context.js';
import { ForgeError, notFound } from '../forge-error.js';
import { SHA } from '../git/object-store.js';
import { changedFiles } from '../git/changed-files.js';
import type { HostedRepository } from '../hosted-repository.js';
import { linkPages, pageOf } from './pagination.js';
import { requireCommits } from './ref-routes.js';

/** Of a comparison that is asked for without pages. */
const COMPARED_COMMITS = 250;
/** Of a comparison at all, on its first page. */
const COMPARED_FILES = 300;

/** Commits as a history: one, a list, and what lies between two. */
export function historyRoutes(router: Router, context: ForgeContext): void {
  const { addresses } = context;

  const commitsOf = async (repository: HostedRepository, ids: readonly string[]) => {
    const found = await Promise.all(ids.map((id) => repository.objects.readCommit(id)));
    return found.filter((each) => each !== null).map((each) => commitAnswer(repository, each, addresses));
  };

  router.get('/repos/:owner/:repo/commits', async (request, response) => {
    const { repository } = repositoryOf(context, request, 'read');
    await requireCommits(repository);
    const text = (name: string) =>
      typeof request.query[name] === 'string' ? request.query[name] : undefined;
    const from = await repository.objects.resolve(text('sha') ?? (await repository.refs.head()), 'commit');
    if (!from) throw notFound();
    const { page, perPage } = pageOf(request);
    // One more than asked for tells whether there is a next page: GitHub does not count a history for `last`.
    const ids = await repository.objects.log(from, {
      path: text('path'),
      limit: perPage + 1,
      skip: (page - 1) * perPage,
    });
    linkPages(request, response, { page, hasNext: ids.length > perPage });
    response.json(await commitsOf(repository, ids.slice(0, perPage)));
  });

  // Nothing checks what lies here; or these would be the ends of a ref's name.
  router.get('/repos/:owner/:repo/commits/:sha/:of', (request, _response, next) => {
    const isOfSha = SHA.test(request.params.sha);
    if (isOfSha && ['check-runs', 'status'].includes(request.params.of)) throw notFound();
    next();
  });

  router.get('/repos/:owner/:repo/commits/*ref', async (request, response) => {
    const { repository } = repositoryOf(context, request, 'read');
    await requireCommits(repository);
    const name = wildcard(request, 'ref');
    const sha = await repository.objects.resolve(name, 'commit');
    const commit = sha && (await repository.objects.readCommit(sha));
    if (!commit) throw new ForgeError(422, `No commit found for SHA: ${name}`);
    response.json(commitAnswer(repository, commit, addresses));
  });

  router.get('/repos/:owner/:repo/compare/*basehead', async (request, response) => {
    const { repository } = repositoryOf(context, request, 'read');
    const [baseName, headName] = wildcard(request, 'basehead').split('...');
    const { objects } = repository;
    const [base, head] = await Promise.all(
      [baseName, headName].map((name) => (name ? objects.resolve(name, 'commit') : Promise.resolve(null))),
    );
    const merge = base && head ? await objects.mergeBase(base, head) : null;
    if (!base || !head || !merge) throw notFound();
    const { ahead, behind } = await objects.distance(base, head);
    // In pages where they are asked for, the oldest first; else the newest of them.
    const paged = request.query.page !== undefined || request.query.per_page !== undefined;
    const { page, perPage } = paged ? pageOf(request) : { page: 1, perPage: COMPARED_COMMITS };
    const skip = paged ? Math.max(0, ahead - page * perPage) : 0;
    const limit = paged ? Math.max(0, ahead - (page - 1) * perPage - skip) : perPage;
    const [ids, files] = await Promise.all([
      objects.log(head, { from: base, limit, skip }),
      page === 1 ? changedFiles(repository.path, merge, head, { renames: true }) : [],
    ]);
    if (paged) linkPages(request, response, { page, hasNext: page * perPage < ahead });
    const url = `${repositoryUrl(repository, addresses)}/compare/${base}...${head}`;
    const html = `${addresses.web}/${repository.owner}/${repository.name}/compare/${base}...${head}`;
    const [baseCommit, mergeCommit] = await commitsOf(repository, [base, merge]);
    response.json({
      url,
      html_url: html,
      permalink_url: html,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      base_commit: baseCommit,
      merge_base_commit: mergeCommit,
      status:
        ahead > 0 && behind > 0 ? 'diverged' : ahead > 0 ? 'ahead' : behind > 0 ? 'behind' : 'identical',
      ahead_by: ahead,
      behind_by: behind,
      total_commits: ahead,
      commits: (await commitsOf(repository, ids)).reverse(),
      files: files.slice(0, COMPARED_FILES).map((file) => fileAnswer(repository, file, head, addresses)),
    });
  });
}
