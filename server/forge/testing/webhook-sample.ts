import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { WebhookValidator } from './webhook-validator.js';

type Schema = {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  format?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  items?: Schema;
  minItems?: number;
};
type Description = {
  webhooks: Record<string, { post: { requestBody: { content: Record<string, { schema: Schema }> } } }>;
};
export type Body = Record<string, unknown>;

const validator = new WebhookValidator();
let description: Description | undefined;

/**
 * A delivery as GitHub's published description of its webhooks has it: what is
 * required, made up, with what the test says of it in its place.
 *
 * @param event with its action: `pull_request.opened`, or `status`
 */
export function webhookSample(event: string, said: Body): Body {
  description ??= JSON.parse(
    readFileSync(
      createRequire(import.meta.url).resolve('@octokit/openapi-webhooks/generated/api.github.com.json'),
      'utf8',
    ),
  ) as Description;
  const [name = '', action] = event.split('.');
  const found = description.webhooks[event.replaceAll(/[._]/g, '-')];
  const schema = found?.post.requestBody.content['application/json']?.schema;
  if (!schema) throw new Error(`${event} is no event GitHub has`);
  const body = merged(madeUp(schema), { ...(action && { action }), ...said }) as Body;
  validator.check(name, body);
  return body;
}

function madeUp(schema: Schema): unknown {
  if (schema.$ref !== undefined) return madeUp(referred(schema.$ref));
  if ('const' in schema) return schema.const;
  if (schema.enum) return schema.enum[0];
  const [first] = schema.anyOf ?? schema.oneOf ?? [];
  if (first) return madeUp(first);
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map(madeUp)) as unknown;
  const type = Array.isArray(schema.type)
    ? schema.type.includes('null')
      ? 'null'
      : schema.type[0]
    : schema.type;
  if (type === 'object' || schema.properties) {
    const required = (schema.required ?? []).map((key) => [key, madeUp(schema.properties?.[key] ?? {})]);
    return Object.fromEntries(required) as Body;
  }
  if (type === 'array') return schema.minItems ? [madeUp(schema.items ?? {})] : [];
  if (type === 'string') return TEXTS[schema.format ?? ''] ?? 'text';
  if (type === 'integer' || type === 'number') return 1;
  return type === 'boolean' ? false : null;
}

const TEXTS: Record<string, string> = {
  'date-time': '2026-01-01T00:00:00Z',
  uri: 'https://example.com/',
  'uri-template': 'https://example.com/{id}',
  email: 'somebody@example.com',
};

function referred(ref: string): Schema {
  const parts = ref.split('/').slice(1);
  return parts.reduce<unknown>((found, part) => (found as Body)[part], description) as Schema;
}

function merged(one: unknown, other: unknown): unknown {
  if (!isBody(one) || !isBody(other)) return other;
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return Object.fromEntries(keys.map((key) => [key, key in other ? merged(one[key], other[key]) : one[key]]));
}

function isBody(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
