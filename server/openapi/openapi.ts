import { z } from 'zod';
import type { AccessScope } from '../protocol/access-token.js';
import { accessToken } from '../protocol/access-token.js';
import { errorBody, errorStatus } from '../protocol/error.js';
import { workspaceEvent } from '../protocol/event.js';
import { httpRoutes, type HttpRoute } from '../protocol/http-routes.js';
import { invitation } from '../protocol/invitation.js';
import { presenceEntry } from '../protocol/presence.js';
import { branch, repository } from '../protocol/repository.js';
import { account, actor, person } from '../protocol/user.js';
import { PROTOCOL_VERSION } from '../protocol/version.js';
import { workspace } from '../protocol/workspace.js';
import { PUBLIC_ROUTES, routeSummaries } from './route-summaries.js';

type JsonSchema = Record<string, unknown>;
type Route = Partial<Record<'headers' | 'params' | 'query' | 'body', z.ZodType>> & {
  bytes?: true;
  reply: z.ZodType;
  scope?: AccessScope;
};

export type Parameter = {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  schema: JsonSchema;
};
export type Operation = {
  tags: string[];
  summary: string;
  security: Record<string, string[]>[];
  parameters: Parameter[];
  requestBody?: { required: true; content: Record<string, { schema: JsonSchema }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: JsonSchema }> }>;
};
export type OpenApi = {
  openapi: '3.1.0';
  info: { title: string; version: string; description: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema>; securitySchemes: Record<string, JsonSchema> };
};

/** The nouns that answers share; each stands once, under its name. */
const nouns = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries({
  Error: errorBody,
  Event: workspaceEvent,
  Actor: actor,
  Person: person,
  Account: account,
  Presence: presenceEntry,
  AccessToken: accessToken,
  Invitation: invitation,
  Repository: repository,
  Branch: branch,
  Workspace: workspace,
}))
  nouns.add(schema, { id });

/** Perch's HTTP interface in OpenAPI's words, from the protocol's table of routes and its schemas alone. */
export function describeApi(): OpenApi {
  const schemas: Record<string, JsonSchema> = {};
  const reply = (schema: z.ZodType): JsonSchema => {
    const { $defs = {}, ...rest } = toJsonSchema(schema, 'output', nouns);
    Object.assign(schemas, $defs);
    return rest;
  };
  const error = { 'application/json': { schema: reply(z.array(errorBody)).items as JsonSchema } };
  const paths: OpenApi['paths'] = {};
  for (const [name, route] of Object.entries(httpRoutes) as [HttpRoute, Route][]) {
    const [method = '', path = ''] = name.split(' ');
    const answer = { description: 'Done.', ...contentOf(route.reply, reply) };
    (paths[path.replaceAll(/:(\w+)/g, '{$1}')] ??= {})[method.toLowerCase()] = {
      tags: [tagOf(path)],
      summary: routeSummaries[name] ?? name,
      security: securityOf(name, route),
      parameters: [
        ...parametersOf('path', route.params),
        ...parametersOf('query', route.query),
        ...parametersOf('header', route.headers),
      ],
      ...(route.body && {
        requestBody: {
          required: true,
          content: { 'application/json': { schema: toJsonSchema(route.body, 'input') } },
        },
      }),
      ...(route.bytes && {
        requestBody: { required: true, content: { 'application/octet-stream': { schema: {} } } },
      }),
      responses: {
        [name === 'POST /api/github/branches' ? '201' : '200']: answer,
        default: { description: `A refusal, in a sentence: ${statuses()}.`, content: error },
      },
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Perch',
      version: String(PROTOCOL_VERSION),
      description:
        'A live room on every branch. Pages act with a session cookie; programs with an access token, which reaches the routes that name its scope.',
    },
    paths,
    components: {
      schemas,
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'perch_session' },
        accessToken: {
          type: 'http',
          scheme: 'bearer',
          description: 'Made in Perch under Access tokens. Sent in the header, never in the query.',
        },
      },
    },
  };
}

function toJsonSchema(
  schema: z.ZodType,
  io: 'input' | 'output',
  metadata?: typeof nouns,
): JsonSchema & { $defs?: Record<string, JsonSchema> } {
  const { $schema: _, ...described } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    ...(metadata && { metadata }),
  }) as JsonSchema;
  return JSON.parse(
    JSON.stringify(described).replaceAll('"#/$defs/', '"#/components/schemas/'),
  ) as JsonSchema;
}

function parametersOf(place: Parameter['in'], schema: z.ZodType | undefined): Parameter[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = toJsonSchema(schema, 'input') as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, each]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: each,
  }));
}

function contentOf(
  schema: z.ZodType,
  describe: (schema: z.ZodType) => JsonSchema,
): { content?: Record<string, { schema: JsonSchema }> } {
  if (schema instanceof z.ZodNull) return {};
  const given = schema.meta()?.contentType;
  if (typeof given === 'string') return { content: { [given]: { schema: { type: 'string' } } } };
  if (schema instanceof z.ZodCustom) return { content: { 'application/octet-stream': { schema: {} } } };
  return { content: { 'application/json': { schema: describe(schema) } } };
}

function securityOf(name: HttpRoute, { scope }: Route): Operation['security'] {
  if (PUBLIC_ROUTES.has(name)) return [];
  return scope === undefined ? [{ session: [] }] : [{ accessToken: [scope] }, { session: [] }];
}

/** `/api/workspaces/:id/files/move` belongs to workspaces. */
const tagOf = (path: string): string => path.split('/')[2] ?? '';

function statuses(): string {
  return Object.entries(errorStatus)
    .map(([code, status]) => `${status} ${code}`)
    .join(', ');
}
