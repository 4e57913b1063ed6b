export type Schema = {
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
  nullable?: boolean;
};
export type Body = Record<string, unknown>;

/**
 * What GitHub's published description requires, and no more.
 *
 * @param referred what a `$ref` means
 */
export function madeUp(schema: Schema, referred: (ref: string) => Schema): unknown {
  const make = (part: Schema) => madeUp(part, referred);
  if (schema.$ref !== undefined) return make(referred(schema.$ref));
  if (schema.nullable) return null;
  if ('const' in schema) return schema.const;
  if (schema.enum) return schema.enum[0];
  const [first] = schema.anyOf ?? schema.oneOf ?? [];
  if (first) return make(first);
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map(make)) as unknown;
  const type = Array.isArray(schema.type)
    ? schema.type.includes('null')
      ? 'null'
      : schema.type[0]
    : schema.type;
  if (type === 'object' || schema.properties) {
    const required = (schema.required ?? []).map((key) => [key, make(schema.properties?.[key] ?? {})]);
    return Object.fromEntries(required) as Body;
  }
  if (type === 'array') return schema.minItems ? [make(schema.items ?? {})] : [];
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

/** One with the other in its place, where that says something. */
export function merged(one: unknown, other: unknown): unknown {
  if (!isBody(one) || !isBody(other)) return other;
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return Object.fromEntries(keys.map((key) => [key, key in other ? merged(one[key], other[key]) : one[key]]));
}

function isBody(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
