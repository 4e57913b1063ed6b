import { checkToken, deleteAuthorization, deleteToken } from '@octokit/oauth-methods';
import { request as octokitRequest } from '@octokit/request';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OpenApiValidator } from '../testing/openapi-validator.js';
import { startTestForge, type TestForge } from '../testing/test-forge.js';

const APP = { clientId: 'Iv1.app', clientSecret: 'a secret' };
const CALLBACK = 'http://127.0.0.1:1/back';
const VERIFIER = 'v'.repeat(43);
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

let stage: TestForge;
let validator: OpenApiValidator;
beforeAll(async () => {
  stage = await startTestForge({
    apps: [
      APP,
      { clientId: 'Iv1.other', clientSecret: 'another', tokenSeconds: 0 },
      { clientId: 'Iv1.blind', clientSecret: 'blind', readsEmails: false },
    ],
  });
  validator = new OpenApiValidator(stage.forge.apiUrl);
});
afterAll(() => stage.stop());

async function consent(login: string, more: Record<string, string> = {}): Promise<URL> {
  const body = new URLSearchParams({
    client_id: APP.clientId,
    redirect_uri: CALLBACK,
    state: 'state',
    login,
    decision: 'allow',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    ...more,
  });
  const answer = await fetch(`${stage.forge.url}/login/oauth/authorize`, {
    method: 'POST',
    redirect: 'manual',
    body,
  });
  return new URL(answer.headers.get('location') ?? 'about:blank');
}

async function ask(body: Record<string, string>): Promise<Record<string, string>> {
  const answer = await fetch(`${stage.forge.url}/login/oauth/access_token`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify({ client_id: APP.clientId, client_secret: APP.clientSecret, ...body }),
  });
  return (await answer.json()) as Record<string, string>;
}

const codeFor = async (login: string, more?: Record<string, string>) =>
  (await consent(login, more)).searchParams.get('code') ?? '';
const trade = async (login: string) => ask({ code: await codeFor(login), code_verifier: VERIFIER });
const asApp = { ...APP, clientType: 'github-app' as const };
const request = () =>
  octokitRequest.defaults({ baseUrl: stage.forge.apiUrl, request: { fetch: validator.fetch } });
const as = (token: string, route: string) =>
  request()(route, { headers: { authorization: `Bearer ${token}` } });

test('FRG9 a person consents, and the App acts as that person', async () => {
  const back = await consent('ada');
  expect(`${back.origin}${back.pathname}`).toBe(CALLBACK);
  expect(back.searchParams.get('state')).toBe('state');
  const given = await ask({
    code: back.searchParams.get('code') ?? '',
    redirect_uri: CALLBACK,
    code_verifier: VERIFIER,
  });
  expect(given).toMatchObject({
    token_type: 'bearer',
    expires_in: 28_800,
    refresh_token_expires_in: 15_811_200,
  });
  expect(given.access_token).toMatch(/^ghu_\w{36}$/);
  expect(given.refresh_token).toMatch(/^ghr_\w{76}$/);
  expect((await as(given.access_token ?? '', 'GET /user')).data).toMatchObject({ login: 'ada' });
  expect((await as(given.access_token ?? '', 'GET /user/emails')).data).toMatchObject([
    { email: 'ada@example.com', primary: true, verified: true },
  ]);
  const checked = await checkToken({ ...asApp, token: given.access_token ?? '', request: request() });
  expect(checked.data.user?.login).toBe('ada');
});

test('FRG9 a code works once, for its App, its verifier and its address', async () => {
  const refused = { error: 'bad_verification_code' };
  const code = await codeFor('ada');
  expect(await ask({ code, code_verifier: VERIFIER })).toHaveProperty('access_token');
  expect(await ask({ code, code_verifier: VERIFIER })).toMatchObject(refused);
  expect(await ask({ code: await codeFor('ada') })).toMatchObject(refused);
  expect(await ask({ code: await codeFor('ada'), code_verifier: 'w'.repeat(43) })).toMatchObject(refused);
  const elsewhere = { code: await codeFor('ada'), code_verifier: VERIFIER, redirect_uri: `${CALLBACK}/x` };
  expect(await ask(elsewhere)).toMatchObject(refused);
  const other = { client_id: 'Iv1.other', client_secret: 'another' };
  expect(await ask({ code: await codeFor('ada'), code_verifier: VERIFIER, ...other })).toMatchObject(refused);
  expect(
    await ask({ code: await codeFor('ada'), code_verifier: VERIFIER, client_secret: 'no' }),
  ).toMatchObject({
    error: 'incorrect_client_credentials',
  });
});

test('FRG9 a refresh token works once and ends the token before', async () => {
  const first = await trade('rob');
  const grant = { grant_type: 'refresh_token', refresh_token: first.refresh_token ?? '' };
  const second = await ask(grant);
  expect(second.access_token).not.toBe(first.access_token);
  expect(await ask(grant)).toMatchObject({ error: 'bad_refresh_token' });
  await expect(as(first.access_token ?? '', 'GET /user')).rejects.toMatchObject({ status: 401 });
  expect((await as(second.access_token ?? '', 'GET /user')).data).toMatchObject({ login: 'rob' });
});

test('FRG9 a person says no, and an unknown App or address gets nobody sent anywhere', async () => {
  const denied = await consent('ada', { decision: 'deny' });
  expect(denied.searchParams.get('error')).toBe('access_denied');
  expect(denied.searchParams.has('code')).toBe(false);
  expect((await consent('ada', { client_id: 'nobody' })).href).toBe('about:blank');
  expect((await consent('ada', { redirect_uri: 'https://evil.example/' })).href).toBe('about:blank');
  const page = await fetch(
    `${stage.forge.url}/login/oauth/authorize?${new URLSearchParams({
      client_id: APP.clientId,
      redirect_uri: CALLBACK,
      state: '"><script>',
    })}`,
  );
  const text = await page.text();
  expect(text).toContain('Authorize as ada');
  expect(text).not.toContain('<script>');
});

test('FRG9 what was given is taken back: one token, or all', async () => {
  const [one, two] = [await trade('eve'), await trade('eve')];
  await deleteToken({ ...asApp, token: one.access_token ?? '', request: request() });
  await expect(as(one.access_token ?? '', 'GET /user')).rejects.toMatchObject({ status: 401 });
  const three = await trade('eve');
  await deleteAuthorization({ ...asApp, token: two.access_token ?? '', request: request() });
  await expect(as(three.access_token ?? '', 'GET /user')).rejects.toMatchObject({ status: 401 });
  await expect(
    checkToken({ ...asApp, token: three.access_token ?? '', request: request() }),
  ).rejects.toMatchObject({ status: 404 });
  await expect(
    deleteToken({ ...asApp, clientSecret: 'no', token: three.access_token ?? '', request: request() }),
  ).rejects.toMatchObject({ status: 401 });
  await expect(
    deleteToken({ ...asApp, token: three.access_token ?? '', request: request() }),
  ).rejects.toMatchObject({ status: 422 });
});

test('FRG9 a token ends by itself, and an App reads what it may', async () => {
  const other = { client_id: 'Iv1.other', client_secret: 'another' };
  const code = await codeFor('ada', { client_id: 'Iv1.other' });
  const given = await ask({ ...other, code, code_verifier: VERIFIER });
  await expect(as(given.access_token ?? '', 'GET /user')).rejects.toMatchObject({ status: 401 });
  const blind = await ask({
    client_id: 'Iv1.blind',
    client_secret: 'blind',
    code: await codeFor('ada', { client_id: 'Iv1.blind' }),
    code_verifier: VERIFIER,
  });
  await expect(as(blind.access_token ?? '', 'GET /user/emails')).rejects.toMatchObject({ status: 403 });
});
