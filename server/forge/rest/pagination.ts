import type { Request, Response } from 'express';

const PER_PAGE = 30;
const PER_PAGE_MAX = 100;

/** One page of a list, with GitHub's `Link` header to the others. */
export function paginate<Item>(request: Request, response: Response, items: readonly Item[]): Item[] {
  const { page, perPage } = pageOf(request);
  const last = Math.max(1, Math.ceil(items.length / perPage));
  linkPages(request, response, { page, hasNext: page < last, last });
  return items.slice((page - 1) * perPage, page * perPage);
}

/** Which page is asked for, and how long one is. */
export function pageOf(request: Request): { page: number; perPage: number } {
  const number = (name: string, otherwise: number) =>
    Math.max(1, Number.parseInt(String(request.query[name]), 10) || otherwise);
  return { page: number('page', 1), perPage: Math.min(PER_PAGE_MAX, number('per_page', PER_PAGE)) };
}

export function linkPages(
  request: Request,
  response: Response,
  { page, hasNext, last }: { page: number; hasNext: boolean; last?: number },
): void {
  const link = (to: number, relation: string) => {
    const url = new URL(request.originalUrl, `http://${request.headers.host}`);
    url.searchParams.set('page', String(to));
    return `<${url.href}>; rel="${relation}"`;
  };
  const links = [
    ...(page > 1 ? [link(page - 1, 'prev'), link(1, 'first')] : []),
    ...(hasNext ? [link(page + 1, 'next')] : []),
    ...(hasNext && last !== undefined ? [link(last, 'last')] : []),
  ];
  if (links.length > 0) response.setHeader('Link', links.join(', '));
}
