import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';

type Description = {
  webhooks: Record<
    string,
    { post: { requestBody: { content: Record<string, { schema: { $ref: string } }> } } }
  >;
};

const DESCRIPTION = 'github';
let description: Description | undefined;

/** Checks deliveries against GitHub's published description of its webhooks. */
export class WebhookValidator {
  readonly #ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true });
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor() {
    (formats as unknown as (ajv: Ajv) => void)(this.#ajv);
    description ??= read();
    this.#ajv.addSchema(description, DESCRIPTION);
  }

  /** @throws where GitHub would not send this: `event` as its header names it */
  check(event: string, payload: unknown): void {
    const { action } = payload as { action?: string };
    const name = [event, action].filter(Boolean).join('-').replaceAll('_', '-');
    let validate = this.#compiled.get(name);
    if (!validate) {
      const described = description?.webhooks[name]?.post.requestBody.content['application/json']?.schema;
      if (!described) throw new Error(`${name} is no event GitHub has`);
      validate = this.#ajv.compile({ $ref: `${DESCRIPTION}${described.$ref}` });
      this.#compiled.set(name, validate);
    }
    if (validate(payload)) return;
    const faults = validate.errors?.slice(0, 8).map((fault) => `${fault.instancePath} ${fault.message}`);
    throw new Error(`a ${name} delivery does not fit GitHub's description: ${faults?.join('; ')}`);
  }
}

function read(): Description {
  const file = createRequire(import.meta.url).resolve(
    '@octokit/openapi-webhooks/generated/api.github.com.json',
  );
  return JSON.parse(readFileSync(file, 'utf8')) as Description;
}
