import type { Request, Response, Router } from 'express';
import { repositoryOf, wildcard, type ForgeContext } from '../forge-context.js';
import { notFound, tooLarge } from '../forge-error.js';
import type { TreeEntry } from '../git/object-store.js';
import type { HostedRepository } from '../hosted-repository.js';
import { contentAnswer, folded } from './content-answer.js';
import { mediaType } from './media-type.js';
import { requireCommits } from './ref-routes.js';

/** Files and folders by path, as JSON, as one object, or as they are. */
export function contentsRoutes(router: Router, context: ForgeContext): void {
  const { addresses, limits } = context;

  router.get('/repos/:owner/:repo/contents{/*path}', async (request: Request, response: Response) => {
    const { repository } = repositoryOf(context, request, 'read');
    await requireCommits(repository, 404, 'This repository is empty.');
    const path = request.params.path === undefined ? '' : wildcard(request, 'path').replace(/\/$/, '');
    const ref = typeof request.query.ref === 'string' ? request.query.ref : await repository.refs.head();
    const tree = await repository.objects.resolve(ref, 'tree');
    if (!tree) throw notFound();
    const entry: TreeEntry | null =
      path === ''
        ? { path, mode: '040000', type: 'tree', sha: tree }
        : await repository.objects.entryAt(tree, path);
    if (!entry) throw notFound();
    if (entry.type === 'tree') await sendFolder(repository, entry, ref, request, response);
    else await sendFile(repository, { tree, entry, ref }, request, response);
  });

  async function sendFolder(
    repository: HostedRepository,
    folder: TreeEntry,
    ref: string,
    request: Request,
    response: Response,
  ): Promise<void> {
    const inside = await repository.objects.listTree(folder.sha, false);
    const prefix = folder.path === '' ? '' : `${folder.path}/`;
    const entries = inside
      .slice(0, limits.contentsEntries)
      .map((each) => contentAnswer(repository, { ...each, path: prefix + each.path }, ref, addresses));
    if (mediaType(request) !== 'object') response.json(entries);
    else response.json({ ...contentAnswer(repository, folder, ref, addresses), entries });
  }

  async function sendFile(
    repository: HostedRepository,
    { tree, entry, ref }: { tree: string; entry: TreeEntry; ref: string },
    request: Request,
    response: Response,
  ): Promise<void> {
    const answer = contentAnswer(repository, entry, ref, addresses);
    if (entry.type === 'commit') {
      const submodule_git_url = await repository.objects.submoduleUrl(tree, entry.path);
      response.json({ ...answer, submodule_git_url });
      return;
    }
    const size = entry.size ?? 0;
    if (size > limits.blobBytes) throw tooLarge('100 MB');
    const wanted = mediaType(request);
    if (wanted !== 'raw' && size > limits.contentsBytes) {
      response.json({ ...answer, content: '', encoding: 'none' });
      return;
    }
    const bytes = await repository.objects.readBlob(entry.sha);
    if (wanted === 'raw')
      response.set('content-type', 'application/vnd.github.raw; charset=utf-8').send(bytes);
    else if (entry.mode === '120000') response.json({ ...answer, target: bytes.toString() });
    else response.json({ ...answer, content: folded(bytes), encoding: 'base64' });
  }
}
