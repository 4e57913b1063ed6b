import type { Request } from 'express';

/** Which of GitHub's media types is asked for: `application/vnd.github.raw+json` and the like. */
export function mediaType(request: Request): 'json' | 'raw' | 'object' {
  const found = /application\/vnd\.github(?:\.v3)?\.(raw|object)\b/.exec(request.headers.accept ?? '');
  return (found?.[1] as 'raw' | 'object' | undefined) ?? 'json';
}
