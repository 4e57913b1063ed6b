import type { Router } from 'express';
import { repositoryUrl } from '../answers.js';
import { repositoryOf, wildcard, type ForgeContext } from '../forge-context.js';
import { notFound } from '../forge-error.js';
import type { TreeEntry } from '../git/object-store.js';
import type { HostedRepository } from '../hosted-repository.js';
import { requireCommits } from './ref-routes.js';

/** Above this GitHub lists a file without its content. */
const INLINE_MAX_BYTES = 1_000_000;

/** Files and folders by path, as JSON or as they are. */
export function contentsRoutes(router: Router, context: ForgeContext): void {
  const { addresses } = context;

  router.get('/repos/:owner/:repo/contents{/*path}', async (request, response) => {
    const { repository } = repositoryOf(context, request, 'read');
    await requireCommits(repository);
    const path = request.params.path === undefined ? '' : wildcard(request, 'path').replace(/\/$/, '');
    const ref = typeof request.query.ref === 'string' ? request.query.ref : await repository.refs.head();
    const tree = await repository.objects.resolve(ref, 'tree');
    if (!tree) throw notFound();
    const entries = await repository.objects.listTree(tree, true);
    const entry = entries.find((each) => each.path === path);
    if (path !== '' && !entry) throw notFound();
    if (!entry || entry.type === 'tree') {
      const prefix = path === '' ? '' : `${path}/`;
      const children = entries.filter(
        (each) => each.path.startsWith(prefix) && !each.path.slice(prefix.length).includes('/'),
      );
      response.json(children.map((each) => entryAnswer(repository, each, ref)));
      return;
    }
    const bytes = entry.type === 'blob' ? await repository.objects.readBlob(entry.sha) : Buffer.alloc(0);
    if (/vnd\.github(?:\.v3)?\.raw/.test(request.headers.accept ?? '')) {
      response.set('content-type', 'application/vnd.github.raw; charset=utf-8').send(bytes);
      return;
    }
    const answer = entryAnswer(repository, entry, ref);
    if (entry.mode === '120000') response.json({ ...answer, target: bytes.toString() });
    else if (entry.type === 'commit') {
      const submodule_git_url = await repository.objects.submoduleUrl(tree, path);
      response.json({ ...answer, submodule_git_url });
    } else if (bytes.byteLength > INLINE_MAX_BYTES)
      response.json({ ...answer, content: '', encoding: 'none' });
    else
      response.json({
        ...answer,
        content: bytes.toString('base64').replaceAll(/(.{60})/g, '$1\n'),
        encoding: 'base64',
      });
  });

  function entryAnswer(repository: HostedRepository, entry: TreeEntry, ref: string) {
    const encoded = entry.path.split('/').map(encodeURIComponent).join('/');
    const url = `${repositoryUrl(repository, addresses)}/contents/${encoded}?ref=${encodeURIComponent(ref)}`;
    const git =
      entry.type === 'commit'
        ? null
        : `${repositoryUrl(repository, addresses)}/git/${entry.type}s/${entry.sha}`;
    const html = `${addresses.web}/${repository.owner}/${repository.name}/${entry.type === 'tree' ? 'tree' : 'blob'}/${encodeURIComponent(ref)}/${encoded}`;
    const types = {
      tree: 'dir',
      blob: entry.mode === '120000' ? 'symlink' : 'file',
      commit: 'submodule',
    } as const;
    return {
      type: types[entry.type],
      size: entry.size ?? 0,
      name: entry.path.split('/').at(-1)!,
      path: entry.path,
      sha: entry.sha,
      url,
      git_url: git,
      html_url: html,
      download_url: entry.type === 'blob' ? `${html}?raw=1` : null,
      _links: { self: url, git, html },
    };
  }
}
