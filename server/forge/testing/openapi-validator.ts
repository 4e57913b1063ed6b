import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';

type Schema = Record<string, unknown>;
type Operation = { responses: Record<string, { content?: Record<string, { schema: Schema }> }> };
type Description = { paths: Record<string, Record<string, Operation>> };

let description: Description | undefined;

function read(): Description {
  const file = createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.deref.json');
  return JSON.parse(readFileSync(file, 'utf8')) as Description;
}

/**
 * Checks answers against GitHub's published OpenAPI description. Use its
 * `fetch` in place of the global one: an answer that does not fit throws in
 * the test that asked, and one that is not described at all does too.
 */
export class OpenApiValidator {
  /** `METHOD path status` of everything checked so far. */
  readonly seen = new Set<string>();
  readonly #ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true });
  readonly #compiled = new Map<Schema, ValidateFunction>();
  readonly #description: Description;

  constructor(private readonly apiUrl: string) {
    (formats as unknown as (ajv: Ajv) => void)(this.#ajv);
    description ??= read();
    this.#description = description;
  }

  fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const response = await globalThis.fetch(input, init);
    const url = input instanceof Request ? input.url : String(input);
    if (url.startsWith(this.apiUrl)) {
      const accept = new Headers(init?.headers).get('accept') ?? '';
      await this.#check({ method: init?.method ?? 'GET', url, accept }, response.clone());
    }
    return response;
  };

  async #check(
    { method, url, accept }: { method: string; url: string; accept: string },
    response: Response,
  ): Promise<void> {
    const path = url.slice(this.apiUrl.length).split('?')[0]!;
    const template = this.#templateOf(path, method.toLowerCase());
    if (response.status === 304) return;
    // GitHub says these of every route in prose alone; their bodies are its basic error.
    if ([401, 403, 429].includes(response.status)) {
      const { message, documentation_url } = (await response.json()) as Record<string, unknown>;
      if (typeof message === 'string' && typeof documentation_url === 'string') return;
      throw new Error(`${method} ${template} ${response.status} says no reason`);
    }
    const key = `${method} ${template} ${response.status}`;
    const described =
      this.#description.paths[template]?.[method.toLowerCase()]?.responses[String(response.status)];
    if (!described) throw new Error(`${key} is not an answer GitHub gives`);
    this.seen.add(key);
    const object = /vnd\.github(?:\.v3)?\.object/.test(accept)
      ? described.content?.['application/vnd.github.object']
      : null;
    const schema = (object ?? described.content?.['application/json'])?.schema;
    if (!schema || !response.headers.get('content-type')?.includes('json')) return;
    let validate = this.#compiled.get(schema);
    if (!validate) {
      validate = this.#ajv.compile(toJsonSchema(schema) as Schema);
      this.#compiled.set(schema, validate);
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
  // What GitHub calls one of several overlaps: its plain error fits wherever a richer one does.
  if (copy.oneOf) {
    copy.anyOf = copy.oneOf;
    delete copy.oneOf;
  }
  // The account an App is installed on, a person's or an Enterprise's, is described as both at once.
  if (copy.nullable === true && copy.allOf) {
    copy.anyOf = copy.allOf;
    delete copy.allOf;
  }
  if (copy.nullable !== true) return copy;
  delete copy.nullable;
  return { anyOf: [copy, { type: 'null' }] };
}
