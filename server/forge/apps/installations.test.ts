import { createAppAuth } from '@octokit/auth-app';
import { request as octokitRequest } from '@octokit/request';
import { createSign, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OpenApiValidator } from '../testing/openapi-validator.js';
import { startTestForge, type TestForge } from '../testing/test-forge.js';

const keys = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
const own = keys();
const APP = { id: 77, slug: 'perch-app', publicKey: own.publicKey };

let stage: TestForge;
let validator: OpenApiValidator;
let installationId: number;
beforeAll(async () => {
  stage = await startTestForge({ installable: [APP] });
  validator = new OpenApiValidator(stage.forge.apiUrl);
  const path = await stage.work('one', { 'a.txt': 'a' });
  await stage.serve('one', path, { private: true, permissions: { ada: 'admin' } });
  const other = await stage.work('two', { 'b.txt': 'b' });
  await stage.serve('two', other, { private: true, permissions: { ada: 'admin' } });
  installationId = stage.forge.installations.install(APP.id, 'Octo', { repositories: ['One'] }).id;
});
afterAll(() => stage.stop());

const request = () =>
  octokitRequest.defaults({ baseUrl: stage.forge.apiUrl, request: { fetch: validator.fetch } });
const asApp = (appId = APP.id, privateKey = own.privateKey) => {
  const auth = createAppAuth({ appId, privateKey, request: request() });
  return { auth, ask: request().defaults({ request: { hook: auth.hook } }) };
};
const one = { owner: 'octo', repo: 'one' };

test('FRG10 an App proves itself by its JWT, and is told where it is installed', async () => {
  const { ask } = asApp();
  expect((await ask('GET /app')).data).toMatchObject({ id: APP.id, slug: APP.slug });
  const { data } = await ask('GET /repos/{owner}/{repo}/installation', one);
  expect(data).toMatchObject({ id: installationId, account: { login: 'Octo' }, suspended_at: null });
  expect((await ask('GET /app/installations')).data).toHaveLength(1);
  await expect(ask('GET /repos/{owner}/{repo}/installation', { ...one, repo: 'two' })).rejects.toMatchObject({
    status: 404,
  });
});

test('FRG10 who is no App, or signs for one with another key, too early, too late or too long, is 401', async () => {
  const jwt = (claims: object, key = own.privateKey, alg = 'RS256') => {
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const said = `${encode({ alg, typ: 'JWT' })}.${encode(claims)}`;
    return `${said}.${createSign('RSA-SHA256').update(said).sign(key, 'base64url')}`;
  };
  const now = Math.floor(Date.now() / 1000);
  const status = async (token: string) => {
    const headers = { authorization: `bearer ${token}` };
    return (await fetch(`${stage.forge.apiUrl}/app`, { headers })).status;
  };
  const good = { iat: now - 30, exp: now + 500, iss: APP.id };
  expect(await status(jwt(good))).toBe(200);
  const [head, , signature] = jwt(good).split('.');
  const more = Buffer.from(JSON.stringify({ ...good, exp: now + 501 })).toString('base64url');
  for (const token of [
    jwt(good, keys().privateKey),
    jwt({ ...good, iss: 78 }),
    jwt({ ...good, exp: now - 1 }),
    jwt({ ...good, exp: now + 3_600 }),
    jwt({ ...good, iat: now + 600 }),
    jwt(good, own.privateKey, 'none'),
    `${head}.${more}.${signature}`,
    'token-of-ada',
    'a.b',
  ])
    expect([token, await status(token)]).toEqual([token, 401]);
});

test('FRG10 an installation’s token reaches what it is installed on, and ends', async () => {
  const { auth } = asApp();
  const { token, expiresAt } = await auth({ type: 'installation', installationId });
  expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(3_500_000);
  const bot = request().defaults({ headers: { authorization: `token ${token}` } });
  expect((await bot('GET /repos/{owner}/{repo}', one)).data.name).toBe('one');
  const listed = (await bot('GET /installation/repositories')).data;
  expect(listed.repositories.map(({ name }) => name)).toEqual(['one']);
  await expect(bot('GET /repos/{owner}/{repo}', { ...one, repo: 'two' })).rejects.toMatchObject({
    status: 404,
  });
  await expect(bot('GET /user')).rejects.toMatchObject({ status: 403 });
  await expect(bot('GET /app')).rejects.toMatchObject({ status: 401 });
  const { data: ref } = await bot('GET /repos/{owner}/{repo}/git/ref/{ref}', { ...one, ref: 'heads/main' });
  const made = { ...one, ref: 'refs/heads/by-app', sha: ref.object.sha };
  expect((await bot('POST /repos/{owner}/{repo}/git/refs', made)).status).toBe(201);
  stage.forge.installations.uninstall(installationId);
  await expect(bot('GET /repos/{owner}/{repo}', one)).rejects.toMatchObject({ status: 401 });
  await expect(auth({ type: 'installation', installationId, refresh: true })).rejects.toMatchObject({
    status: 404,
  });
  const reader = stage.forge.installations.install(APP.id, 'octo', { contents: 'read' });
  const given = await auth({ type: 'installation', installationId: reader.id });
  const watcher = request().defaults({ headers: { authorization: `token ${given.token}` } });
  await expect(
    watcher('POST /repos/{owner}/{repo}/git/refs', { ...made, ref: 'refs/heads/again' }),
  ).rejects.toMatchObject({ status: 403 });
});
