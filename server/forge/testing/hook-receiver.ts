import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebhookValidator } from './webhook-validator.js';

type Heard = { event: string; guid: string; signed: boolean; body: Record<string, unknown> };

/** Somebody whom a hook tells: what was heard, each checked against GitHub's description. */
export async function startHookReceiver(secret: string) {
  const validator = new WebhookValidator();
  const heard: Heard[] = [];
  const faults: unknown[] = [];
  let held: Promise<void> = Promise.resolve();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks);
      const expected = `sha256=${createHmac('sha256', secret).update(raw).digest('hex')}`;
      const event = String(request.headers['x-github-event']);
      const body = JSON.parse(raw.toString()) as Record<string, unknown>;
      try {
        validator.check(event, body);
      } catch (error) {
        faults.push(error);
      }
      heard.push({
        event,
        guid: String(request.headers['x-github-delivery']),
        signed: request.headers['x-hub-signature-256'] === expected,
        body,
      });
      void held.then(() => response.writeHead(200).end('noted'));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    heard,
    /** Nothing is answered until this is called off. */
    hold: (): (() => void) => {
      let letGo = (): void => {};
      held = new Promise((resolve) => (letGo = resolve));
      return letGo;
    },
    /** What did not fit. */
    faults,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

export type HookReceiver = Awaited<ReturnType<typeof startHookReceiver>>;
