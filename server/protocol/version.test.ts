import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { clientEvents } from './client-events.js';
import { eventPayloads } from './event.js';
import { httpRoutes } from './http-routes.js';
import { serverEvents } from './server-events.js';
import { PROTOCOL_VERSION } from './version.js';

/** If this fails, a client of before would not understand: raise PROTOCOL_VERSION, say so in its history, and pin the new hash. */
it('SEC5 the schemas are those of PROTOCOL_VERSION', () => {
  const shape = (schemas: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries(schemas).map(([name, schema]) => [
        name,
        schema instanceof z.ZodType
          ? z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' })
          : Object.fromEntries(
              Object.entries(schema as Record<string, unknown>).map(([part, each]) => [
                part,
                each instanceof z.ZodType
                  ? z.toJSONSchema(each, { unrepresentable: 'any', io: 'input' })
                  : each,
              ]),
            ),
      ]),
    );
  const all = JSON.stringify([
    shape(clientEvents),
    shape(serverEvents),
    shape(eventPayloads),
    shape(httpRoutes),
  ]);
  const hash = createHash('sha256').update(all).digest('hex').slice(0, 16);
  expect({ version: PROTOCOL_VERSION, hash }).toEqual({ version: 1, hash: '5bac3ddbc4b30079' });
});
