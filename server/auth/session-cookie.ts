import { stringifySetCookie } from 'cookie';
import type { Response } from 'express';
import { Config } from '../config.js';
import { SESSION_COOKIE, SESSION_MS } from './auth.service.js';

/** Gives the browser its session; an empty secret takes it away. */
export function setSessionCookie(response: Response, config: Config, secret: string): void {
  response.append(
    'Set-Cookie',
    stringifySetCookie({
      name: SESSION_COOKIE,
      value: secret,
      httpOnly: true,
      sameSite: 'lax',
      path: '/',
      secure: config.publicUrl?.startsWith('https:') ?? false,
      maxAge: secret === '' ? 0 : SESSION_MS / 1000,
    }),
  );
}
