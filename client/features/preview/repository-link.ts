/**
 * Where a link or an image in a file of the repository leads.
 *
 * EDT7 Relative to the file, or from the root with a leading slash; never out of the repository.
 */
export type RepositoryLink =
  | { kind: 'file'; path: string; hash: string }
  | { kind: 'heading'; id: string }
  | { kind: 'outside'; url: string }
  | { kind: 'nowhere' };

export function repositoryLink(fromFile: string, href: string): RepositoryLink {
  if (href.startsWith('#')) return { kind: 'heading', id: decoded(href.slice(1)) };
  if (/^(?:https?|mailto):/i.test(href)) return { kind: 'outside', url: href };
  if (href.startsWith('//')) return { kind: 'outside', url: `https:${href}` };
  if (/^[a-z][a-z0-9+.-]*:/i.test(href)) return { kind: 'nowhere' };
  const [, target = '', hash = ''] = /^([^?#]*)(?:\?[^#]*)?(#.*)?$/.exec(href) ?? [];
  const parts = target.startsWith('/') ? [] : fromFile.split('/').slice(0, -1);
  for (const part of decoded(target).split('/')) {
    if (part === '..') {
      if (parts.length === 0) return { kind: 'nowhere' };
      parts.pop();
    } else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.length === 0 ? { kind: 'nowhere' } : { kind: 'file', path: parts.join('/'), hash };
}

/** A heading's name in a link, as GitHub makes it. */
export function headingId(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, '')
    .replaceAll(' ', '-');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
