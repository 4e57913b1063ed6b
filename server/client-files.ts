import type { NestExpressApplication } from '@nestjs/platform-express';
import express, { type NextFunction, type Request, type Response } from 'express';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The built client. Hashed files never change; every other page address is the one page, asked for anew each time. */
export function serveClient(
  app: Pick<NestExpressApplication, 'use'>,
  folder = join(packageRoot(), 'dist', 'client'),
): void {
  app.use(
    '/assets',
    express.static(join(folder, 'assets'), { immutable: true, maxAge: '1y', fallthrough: false }),
  );
  app.use(
    express.static(folder, {
      index: false,
      setHeaders: (response) => response.setHeader('Cache-Control', 'no-cache'),
    }),
  );
  app.use((request: Request, response: Response, next: NextFunction) => {
    const isPage =
      (request.method === 'GET' || request.method === 'HEAD') &&
      !/^\/(?:api|socket|livez|readyz)(?:\/|$)/.test(request.path);
    if (!isPage) next();
    else
      response.sendFile(
        'index.html',
        { root: folder, headers: { 'Cache-Control': 'no-cache' } },
        (error) => error && next(error),
      );
  });
}

/** This file runs from `server/` in tests and from `dist/server/` else. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}
