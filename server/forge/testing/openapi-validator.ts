import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';

type Schema = Record<string, unknown>;
type Operation = { responses: Record<string, { content?: Record<string, { schema: Schema }> }> };
type Description = { paths: Record<string, Record<string, Operation>> };

/**
 * Checks answers against GitHub's published OpenAPI description. Use its
 * `fetch` in place of the global one: an answer that does not fit throws in
 * the test that asked, and one that is not described at all does too.
 */
export class OpenApiValidator {
  /** `METHOD path status` of everything checked so far. */
  readonly seen = new Set<string>();
  readonly #ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true });
  readonly #compiled = new Map<string, ValidateFunction>();
  readonly #description: Description;

  constructor(private readonly apiUrl: string) {
    (formats as unknown as (ajv: Ajv) => void)(this.#ajv);
    const file = createRequire(import.meta.url).resolve(
      '@octokit/openapi/generated/api.github.com.deref.json',
    );
    this.#description = JSON.parse(readFileSync(file, 'utf8')) as Description;
  }

  fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const response = await globalThis.fetch(input, init);
    const url = input instanceof Request ? input.url : String(input);
    if (url.startsWith(this.apiUrl)) await this.#check(init?.method ?? 'GET', url, response.clone());
    return response;
  };

  async #check(method: string, url: string, response: Response): Promise<void> {
    const path = url.slice(this.apiUrl.length).split('?')[0]!;
    const template = this.#templateOf(path, method.toLowerCase());
    // GitHub says 401 of every route in prose alone.
    if (response.status === 401 || response.status === 304) return;
    const key = `${method} ${template} ${response.status}`;
    const described =
      this.#description.paths[template]?.[method.toLowerCase()]?.responses[String(response.status)];
    if (!described) throw new Error(`${key} is not an answer GitHub gives`);
    this.seen.add(key);
    const schema = described.content?.['application/json']?.schema;
    if (!schema || !response.headers.get('content-type')?.includes('json')) return;
    let validate = this.#compiled.get(key);
    if (!validate) {
      validate = this.#ajv.compile(toJsonSchema(schema) as Schema);
      this.#compiled.set(key, validate);
    }
    if (!validate(await response.json())) {
      const faults = validate.errors?.slice(0, 5).map((fault) => `${fault.instancePath} ${fault.message}`);
      throw new Error(`${key} does not fit GitHub's description: ${faults?.join('; ')}`);
    }
  }

  /** The described path an address belongs to: the one with the most fixed segments. */
  #templateOf(path: string, method: string): string {
    const fitting = Object.keys(this.#description.paths).filter(
      (template) => this.#description.paths[template]?.[method] && pattern(template).test(path),
    );
    const fixed = (template: string) => template.split('/').filter((part) => !part.includes('{')).length;
    const [best] = fitting.sort((one, other) => fixed(other) - fixed(one));
    if (!best) throw new Error(`${method} ${path} is not a route GitHub has`);
    return best;
  }
}

/** The last parameter may span segments, as refs and paths do. */
function pattern(template: string): RegExp {
  const parts = template
    .split('/')
    .map((part) => (part.includes('{') ? '[^/]+' : part.replaceAll('.', '\\.')));
  if (/\{(?:ref|path|branch|basehead|tree_sha)\}$/.test(template)) parts[parts.length - 1] = '.+';
  // The root folder's path is empty.
  if (template.endsWith('/contents/{path}')) return new RegExp(`^${parts.slice(0, -1).join('/')}(?:/.*)?$`);
  return new RegExp(`^${parts.join('/')}$`);
}

/** OpenAPI 3.0 says `nullable`, JSON Schema says `type: [..., 'null']`. */
function toJsonSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(toJsonSchema);
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => !['example', 'examples', 'discriminator'].includes(key))
      .map(([key, value]) => [key, toJsonSchema(value)]),
  );
  if (copy.nullable !== true) return copy;
  delete copy.nullable;
  return { anyOf: [copy, { type: 'null' }] };
}
