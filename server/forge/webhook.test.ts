import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { git, startTestForge, type TestForge } from './testing/test-forge.js';

type Heard = { event: unknown; guid: unknown; signed: boolean; body: { ref: string; after: string } };

const repo = { owner: 'octo', repo: 'cat' };
let it: TestForge;
let receiver: Server;
let url: string;
let heard: Heard[] = [];
let status = 200;

beforeAll(async () => {
  it = await startTestForge();
  await git(it.root, 'clone', '--quiet', '--bare', await it.work('work', { a: 'a\n' }), 'cat.git');
  await it.serve('cat', join(it.root, 'cat.git'));
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks);
      const signature = `sha256=${createHmac('sha256', 'hush').update(raw).digest('hex')}`;
      heard.push({
        event: request.headers['x-github-event'],
        guid: request.headers['x-github-delivery'],
        signed: request.headers['x-hub-signature-256'] === signature,
        body: JSON.parse(raw.toString()) as Heard['body'],
      });
      response.writeHead(status).end('noted');
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
});
afterAll(async () => {
  await it.stop();
  await new Promise((resolve) => receiver.close(resolve));
});

test('FRG6 a hook hears of a push and of an API move, signed; what it missed is delivered again', async () => {
  const octokit = it.client();
  const made = await octokit.rest.repos.createWebhook({
    ...repo,
    config: { url, secret: 'hush', content_type: 'json' },
    events: ['push', 'create'],
  });
  const hook = { ...repo, hook_id: made.data.id };
  expect(made.data.config.secret).toBe('********');
  await expect.poll(() => heard).toMatchObject([{ event: 'ping', signed: true }]);
  heard = [];
  // The API.
  const sha = (await octokit.rest.git.getRef({ ...repo, ref: 'heads/main' })).data.object.sha;
  await octokit.rest.git.createRef({ ...repo, ref: 'refs/heads/feat/x', sha });
  await expect.poll(() => heard.length).toBe(2);
  expect(heard.find((each) => each.event === 'push')).toMatchObject({
    signed: true,
    body: { ref: 'refs/heads/feat/x', after: sha },
  });
  expect(heard.find((each) => each.event === 'create')).toMatchObject({ body: { ref: 'feat/x' } });
  // A push, to a hook that fails.
  heard = [];
  status = 500;
  const clone = join(it.root, 'clone');
  await git(
    it.root,
    'clone',
    '--quiet',
    `${it.forge.url.replace('http://', 'http://x:token-of-ada@')}/octo/cat.git`,
    clone,
  );
  await git(clone, 'commit', '--quiet', '--allow-empty', '-m', 'pushed');
  await git(clone, 'push', '--quiet', 'origin', 'main');
  await expect.poll(() => heard).toMatchObject([{ event: 'push', signed: true }]);
  status = 200;
  const deliveries = async (per_page = 30) =>
    (await octokit.rest.repos.listWebhookDeliveries({ ...hook, per_page })).data;
  await expect.poll(async () => (await deliveries()).length).toBe(4);
  const [missed] = await deliveries();
  expect(missed).toMatchObject({ event: 'push', status_code: 500, redelivery: false, guid: heard[0]?.guid });
  const delivery = { ...hook, delivery_id: missed!.id };
  const told = (await octokit.rest.repos.getWebhookDelivery(delivery)).data;
  expect(told.request.payload).toMatchObject({ after: await git(clone, 'rev-parse', 'HEAD') });
  expect(told.response.payload).toBe('noted');
  await octokit.rest.repos.redeliverWebhookDelivery(delivery);
  await expect.poll(() => heard.length).toBe(2);
  expect(heard[1]).toEqual({ ...heard[0] });
  await expect
    .poll(async () => (await deliveries())[0])
    .toMatchObject({
      guid: missed?.guid,
      redelivery: true,
      status_code: 200,
    });
  // Page by page, from below an id.
  const first = await octokit.rest.repos.listWebhookDeliveries({ ...hook, per_page: 2 });
  expect(first.headers.link).toMatch(/cursor=\d+>; rel="next"$/);
  const all = await octokit.paginate(octokit.rest.repos.listWebhookDeliveries, { ...hook, per_page: 2 });
  expect(all.map((each) => each.event)).toEqual([
    'push',
    'push',
    expect.anything(),
    expect.anything(),
    'ping',
  ]);
  // Changed, silenced and gone.
  await octokit.rest.repos.updateWebhook({ ...hook, active: false });
  expect((await octokit.rest.repos.getWebhook(hook)).data).toMatchObject({
    active: false,
    last_response: { code: 200 },
  });
  heard = [];
  await git(clone, 'push', '--quiet', 'origin', 'main:silent');
  await octokit.rest.repos.pingWebhook(hook);
  await expect.poll(() => heard.map((each) => each.event)).toEqual(['ping']);
  await octokit.rest.repos.deleteWebhook(hook);
  expect((await octokit.rest.repos.listWebhooks(repo)).data).toEqual([]);
});
