import type { Request, Response } from 'express';

const PER_PAGE = 30;
const PER_PAGE_MAX = 100;

/** One page of a list, with GitHub's `Link` header to the others. */
export function paginate<Item>(request: Request, response: Response, items: readonly Item[]): Item[] {
  const number = (name: string, otherwise: number) =>
    Math.max(1, Number.parseInt(String(request.query[name]), 10) || otherwise);
  const perPage = Math.min(PER_PAGE_MAX, number('per_page', PER_PAGE));
  const page = number('page', 1);
  const last = Math.max(1, Math.ceil(items.length / perPage));
  const link = (to: number, relation: string) => {
    const url = new URL(request.originalUrl, `http://${request.headers.host}`);
    url.searchParams.set('page', String(to));
    return `<${url.href}>; rel="${relation}"`;
  };
  const links = [
    ...(page > 1 ? [link(page - 1, 'prev'), link(1, 'first')] : []),
    ...(page < last ? [link(page + 1, 'next'), link(last, 'last')] : []),
  ];
  if (links.length > 0) response.setHeader('Link', links.join(', '));
  return items.slice((page - 1) * perPage, page * perPage);
}
