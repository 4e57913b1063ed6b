import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { madeUp, merged, type Body, type Schema } from './made-up.js';
import { WebhookValidator } from './webhook-validator.js';

type Description = {
  webhooks: Record<string, { post: { requestBody: { content: Record<string, { schema: Schema }> } } }>;
};

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
  const body = merged(madeUp(schema, referred), { ...(action && { action }), ...said }) as Body;
  validator.check(name, body);
  return body;
}

function referred(ref: string): Schema {
  const parts = ref.split('/').slice(1);
  return parts.reduce<unknown>((found, part) => (found as Body)[part], description) as Schema;
}
