import { request } from 'node:http';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { PerchServer } from '../testing/perch-server.js';

let perch: PerchServer;
beforeAll(async () => {
  perch = await PerchServer.start();
});
afterAll(() => perch.stop());

/** The status of a plain request: `fetch` lets nobody say which host he means. */
function statusFor(path: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(`${perch.url}${path}`, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

/** However slow this machine is: meanwhile no time passes for the limits. */
async function atOnce<Result>(work: () => Promise<Result>): Promise<Result> {
  const now = performance.now();
  const clock = vi.spyOn(performance, 'now').mockReturnValue(now);
  return work().finally(() => clock.mockRestore());
}

test('SEC2 another name that leads to this machine is refused (DNS rebinding)', async () => {
  const { port } = new URL(perch.url);
  const own = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`);
  for (const host of own) expect([host, await statusFor('/api/session', host)]).toEqual([host, 401]);
  const foreign = ['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example', '10.0.0.1', '127.evil'];
  for (const host of foreign) expect([host, await statusFor('/api/session', host)]).toEqual([host, 403]);
});

test('SEC5 what does not fit is refused in a sentence, and nothing of ours is told', async () => {
  const owner = await perch.ownerCookie();
  const send = (body: string) =>
    fetch(`${perch.url}/api/session`, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json', Cookie: owner },
      body,
    });
  const answers = [
    [await send('{'), 400, 'invalid'],
    [await send('[]'), 400, 'invalid'],
    [await send('{"name":1}'), 400, 'invalid'],
    [await send(JSON.stringify({ name: 'a'.repeat(3_000_000) })), 413, 'too-large'],
    [await fetch(`${perch.url}/api/nothing`), 404, 'not-found'],
    [await fetch(`${perch.url}/assets/nothing.js`), 404, 'not-found'],
    [await fetch(`${perch.url}/assets/%2e%2e%2f%2e%2e%2fpackage.json`), 400, 'invalid'],
  ] as const;
  for (const [answer, status, code] of answers) {
    expect([answer.url, answer.status]).toEqual([answer.url, status]);
    const body = (await answer.json()) as { code: string; message: string };
    expect(body).toMatchObject({ code, retry: false });
    expect(body.message).toMatch(/^[A-Z].*\.$/s);
    expect(body.message).not.toMatch(/node_modules|\/work|at .*:\d+/);
  }
});

test('SEC2 every answer carries the headers that keep other pages out', async () => {
  const answer = await fetch(`${perch.url}/api/session`);
  expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect(answer.headers.get('content-security-policy')).toContain("script-src 'self'");
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(answer.headers.get('x-powered-by')).toBeNull();
  expect(answer.headers.get('strict-transport-security')).toBeNull();
});

test('SEC5 one person who asks without end is made to wait, and nobody else', async () => {
  const owner = await perch.ownerCookie();
  const bob = await perch.invite(owner, 'read');
  const answers = await atOnce(() =>
    Promise.all(Array.from({ length: 520 }, () => perch.ask(bob, 'GET /api/session'))),
  );
  const refused = answers.filter((each) => each.status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(answers.filter((each) => each.status === 200).length).toBeGreaterThanOrEqual(500);
  expect(refused[0]?.body).toMatchObject({ code: 'rate-limited', retry: true });
  expect((await perch.ask(owner, 'GET /api/session')).status).toBe(200);
});

test('SEC5 links cannot be guessed at length', async () => {
  const body = { token: 'B'.repeat(43) };
  const { attempts, preview } = await atOnce(async () => ({
    attempts: await Promise.all(
      Array.from({ length: 30 }, () => perch.ask(null, 'POST /api/session', { body })),
    ),
    preview: await perch.ask(null, 'POST /api/invitations/preview', { body }),
  }));
  expect(new Set(attempts.map(({ status }) => status))).toEqual(new Set([410, 429]));
  expect(preview.status).toBe(429);
  expect(Number(preview.headers.get('retry-after'))).toBeGreaterThan(0);
});
