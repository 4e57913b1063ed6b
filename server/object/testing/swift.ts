import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { S3Settings } from '../s3-object-store.js';

export type Swift = { settings: Omit<S3Settings, 'bucket'>; stop(): Promise<void> };

/** OpenStack Swift with s3api: a real S3 server, which ends with this process. */
export async function startSwift(python: string, folder: string): Promise<Swift> {
  mkdirSync(folder, { recursive: true });
  const script = fileURLToPath(new URL('swift-server.py', import.meta.url));
  const server = spawn(python, [script, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(server, 'exit');
  const port = await Promise.race([
    once(createInterface(server.stdout), 'line').then(([line]) => String(line)),
    ended.then(([code]) => Promise.reject(new Error(`Swift ended with ${String(code)} before it listened`))),
  ]);
  return {
    settings: {
      url: `http://127.0.0.1:${port}`,
      accessKey: 'perch:tester',
      secretKey: 'testing',
      region: 'us-east-1',
    },
    stop: async () => {
      server.stdin.end();
      await ended;
    },
  };
}
