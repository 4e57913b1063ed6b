import { RequestError } from 'octokit';
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createLog } from './log.js';
import { hideInLogs } from './log-secrets.js';

const lines: string[] = [];
const log = createLog({ write: (line) => lines.push(line) });
log.level = 'debug';

function logged(write: () => void): Record<string, unknown> {
  lines.length = 0;
  write();
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0]!) as Record<string, unknown>;
}

const secret = () => randomBytes(32).toString('base64url');

test('RUN4 a line has its time, level and words', () => {
  const line = logged(() => log.warn({ attempt: 2 }, 'LISTEN reconnects'));
  expect(line).toEqual({ level: 'warn', time: expect.any(String), attempt: 2, msg: 'LISTEN reconnects' });
  expect(Date.parse(String(line.time))).toBeGreaterThan(0);
});

test('RUN4 no form of a secret is in a line, wherever somebody puts it', () => {
  hideInLogs('correct horse "battery"');
  const hidden = [secret(), `perch_${secret()}`, `ghp_${'a1B2'.repeat(9)}`, `github_pat_${'a1B2'.repeat(9)}`];
  const [plain = '', token = ''] = hidden;
  const places = (each: string): (() => void)[] => [
    () => log.info(`https://perch.example/join#${each}`),
    () => log.info({ url: `http://127.0.0.1/sign-in#${each}` }, 'opened'),
    () => log.info({ request: { headers: { authorization: each } } }, 'asked'),
    () => log.info(`Authorization: Bearer ${each}`),
    () => log.error({ err: new Error(`refused ${each}`, { cause: new Error(each) }) }, each),
  ];
  for (const each of hidden)
    for (const write of places(each)) {
      logged(write);
      expect(lines[0]).not.toContain(each);
    }
  logged(() =>
    log.info({ cookie: `perch_session=${plain}; theme=dark`, said: `cookie perch_session=short` }),
  );
  expect(lines[0]).not.toMatch(new RegExp(`${plain}|short`));
  logged(() => log.info('postgres://perch:pass-word@db:5432/perch'));
  expect(lines[0]).not.toContain('pass-word');
  logged(() => log.info('the operator wrote: correct horse "battery"'));
  expect(lines[0]).not.toContain('battery');
  logged(() => log.info(`token ${token} and Basic ${Buffer.from(`perch:${plain}`).toString('base64')}`));
  expect(lines[0]).toContain('token [hidden] and Basic [hidden]');
});

test('RUN4 what helps to find a fault stays', () => {
  const line = logged(() =>
    log.error(
      {
        request: '6f1c1f0e-5d0c-4f6e-9a53-2b8e6d6f6a1e',
        sha: 'da39a3ee5e6b4b0d3255bfef95601890afd80709',
        path: '/api/workspaces/6f1c1f0e-5d0c-4f6e-9a53-2b8e6d6f6a1e/files',
      },
      'an access token could not be noted',
    ),
  );
  expect(JSON.stringify(line)).not.toContain('[hidden]');
});

test('RUN4 of an error neither its request nor its statement’s values are told', () => {
  const failed = new RequestError('Not Found', 404, {
    request: { method: 'GET', url: 'https://api.github.com/user', headers: { 'x-own': 'from-the-request' } },
    response: { status: 404, url: '', headers: {}, data: { words: 'from-the-answer' } },
  });
  const line = logged(() => log.warn({ err: failed }));
  expect(line.err).toMatchObject({ type: 'HttpError', message: 'Not Found', status: 404 });
  expect(lines[0]).not.toMatch(/from-the/);

  const query = new Error(
    'Failed query: insert into x values ($1)\nparams: from-the-query\n    at of (from-the-query)',
    {
      cause: Object.assign(new Error('duplicate key'), {
        code: '23505',
        detail: 'Key (words)=(from-the-query)',
      }),
    },
  );
  const { err } = logged(() => log.error({ err: query }));
  expect(err).toMatchObject({
    message: 'Failed query: insert into x values ($1)',
    stack: expect.stringContaining('log.test.ts'),
    cause: { message: 'duplicate key', code: '23505' },
  });
  expect(lines[0]).not.toMatch(/from-the/);
});
