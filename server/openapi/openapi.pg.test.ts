import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { httpRoutes } from '../protocol/http-routes.js';
import { PerchServer } from '../testing/perch-server.js';
import { describeApi, type OpenApi } from './openapi.js';

let perch: PerchServer;
beforeAll(async () => {
  perch = await PerchServer.start();
});
afterAll(() => perch.stop());

test('API1 the description is OpenAPI, has every route, and says which scope each needs', async () => {
  const answer = await perch.ask(null, 'GET /api/openapi.json');
  const api = answer.body as OpenApi;
  expect(api).toEqual(JSON.parse(JSON.stringify(describeApi())));
  const { valid, errors } = await new Validator().validate(
    structuredClone(api) as unknown as Parameters<Validator['validate']>[0],
  );
  expect([valid, errors]).toEqual([true, undefined]);
  const described = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  );
  expect(described.toSorted()).toEqual(Object.keys(httpRoutes).toSorted());
  const stream = api.paths['/api/workspace/events/stream']?.get;
  expect(stream?.security).toEqual([{ accessToken: ['events:read'] }, { session: [] }]);
  expect(stream?.parameters.map((each) => `${each.in} ${each.name} ${each.required}`)).toEqual([
    'query owner true',
    'query repo true',
    'query branch true',
    'query after false',
    'header last-event-id false',
  ]);
  expect(Object.keys(stream?.responses['200']?.content ?? {})).toEqual(['text/event-stream']);
});

test('API1 the page needs no script and no other host', async () => {
  const { status, headers, body } = await perch.ask(null, 'GET /api/docs');
  expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(body).toContain('/api/workspace/events/stream');
  expect(body).not.toMatch(/<script|src=|https?:\/\//);
});
