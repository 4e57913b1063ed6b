import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as Y from 'yjs';
import { OWNER, PerchServer, REPO } from '../testing/perch-server.js';

let perch: PerchServer;
let port: number;
beforeAll(async () => {
  port = await freePort();
  perch = await PerchServer.start(undefined, { PERCH_METRICS: String(port) });
});
afterAll(() => perch.stop());

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port: free } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return free;
}

/** The sample's number, or undefined where there is none. */
async function read(sample: string): Promise<number | undefined> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`${sample} `));
  return line === undefined ? undefined : Number(line.slice(sample.length + 1));
}

test('RUN3 metrics follow what happens, and are at their own address alone', async () => {
  const owner = await perch.ownerCookie();
  const workspaceId = await perch.open(owner);
  const before = (await read('perch_updates_stored_total')) ?? 0;
  expect(await read('perch_sockets')).toBe(0);
  const socket = perch.socket(owner);
  await new Promise<void>((resolve) => socket.on('connect', resolve).connect());
  await socket.emitWithAck('workspace:join', { workspaceId });
  const doc = new Y.Doc();
  const joined = await socket.emitWithAck('document:join', {
    workspaceId,
    path: 'README.md',
    clientId: doc.clientID,
    known: null,
  });
  if (!joined.ok || joined.reply.kind !== 'live') throw new Error('not joined');
  const { documentId, generation } = joined.reply;
  const typed = new Promise<Uint8Array>((resolve) => doc.once('update', resolve));
  doc.getText('text').insert(0, 'a');
  await socket.emitWithAck('document:push', { documentId, generation, update: await typed });

  for (const gauge of ['perch_sockets', 'perch_rooms', 'perch_documents', 'perch_ready'])
    expect([gauge, await read(gauge)]).toEqual([gauge, 1]);
  expect(await read('perch_updates_stored_total')).toBe(before + 1);
  expect(await read('perch_append_duration_seconds_count')).toBeGreaterThan(0);
  await expect.poll(() => read('perch_event_delay_seconds_count')).toBeGreaterThan(0);
  for (let time = 0; time < 2; time++)
    await perch.ask(owner, 'POST /api/workspaces', { body: { owner: OWNER, repo: REPO, branch: 'main' } });
  expect(await read('perch_forge_requests_total{status="200"}')).toBeGreaterThan(0);
  expect(await read('perch_forge_requests_total{status="304"}')).toBeGreaterThan(0);
  expect(await read('perch_forge_budget_remaining{token="perch",resource="core"}')).toBeGreaterThan(0);
  expect(await read('perch_http_request_duration_seconds_count{method="POST",status="200"}')).toBeGreaterThan(
    0,
  );
  expect(await read('perch_database_connections{state="idle"}')).toBeGreaterThan(0);
  expect(await read('nodejs_eventloop_lag_p99_seconds')).toBeDefined();

  socket.disconnect();
  await expect.poll(() => read('perch_sockets')).toBe(0);
  await expect.poll(() => read('perch_documents')).toBe(0);
  // On the address that people use, this is a page like any other that is not there.
  const elsewhere = await fetch(`${perch.url}/metrics`);
  expect(elsewhere.headers.get('content-type')).not.toContain('version=');
  expect(await elsewhere.text()).not.toContain('perch_sockets');
});
