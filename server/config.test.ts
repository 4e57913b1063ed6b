import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Config, ConfigError } from './config.js';

function faultsOf(env: NodeJS.ProcessEnv, argv: string[] = []): readonly string[] {
  try {
    Config.load(env, argv);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

const secret = 's'.repeat(32);

test('LAU4 nothing needs to be set on one’s own machine', () => {
  const config = Config.load({}, []);
  expect(config).toMatchObject({ host: '127.0.0.1', port: 4600, anyPortWillDo: true, github: undefined });
  expect(Config.load({ PERCH_PORT: '', PERCH_URL: '' }, [])).toMatchObject({
    port: 4600,
    publicUrl: undefined,
  });
  expect(Config.load({ PERCH_PORT: '4600' }, [])).toMatchObject({ port: 4600, anyPortWillDo: false });
  expect(Config.load({}, ['--repo', '../game'])).toMatchObject({ repositoryPath: '../game' });
});

test('LAU4 every fault is told at once, each by its name', () => {
  const faults = faultsOf(
    {
      PERCH_PORT: '99999',
      PERCH_HOST: '0.0.0.0',
      GITHUB_API_URL: 'https://api.github.com',
      DATABASE_URL: 'x',
      PERCH_METRICS: '70000',
      PERCH_DRAIN_SECONDS: '9999',
    },
    ['--wat'],
  );
  for (const name of [
    'PERCH_PORT',
    'PERCH_SECRET',
    'PERCH_URL',
    'PERCH_METRICS',
    'PERCH_DRAIN_SECONDS',
    'GITHUB_TOKEN',
    'DATABASE_URL',
    '--wat',
  ])
    expect(faults.filter((fault) => fault.includes(name)).length).toBeGreaterThan(0);
});

test('SEC2 anything but loopback demands a secret, and a name where the address has none', () => {
  for (const PERCH_HOST of ['127.0.0.1', '127.1.2.3', 'localhost', '::1'])
    expect(faultsOf({ PERCH_HOST })).toEqual([]);
  for (const PERCH_HOST of ['192.168.1.2', '0.0.0.0', '::', 'perch.example', '127.evil.example']) {
    expect(faultsOf({ PERCH_HOST }).join()).toContain('PERCH_SECRET');
    const PERCH_URL = 'https://perch.example/';
    expect(faultsOf({ PERCH_HOST, PERCH_SECRET: 'short', PERCH_URL }).join()).toContain('PERCH_SECRET');
    expect(faultsOf({ PERCH_HOST, PERCH_SECRET: secret, PERCH_URL })).toEqual([]);
  }
  expect(faultsOf({ PERCH_HOST: '0.0.0.0', PERCH_SECRET: secret }).join()).toContain('PERCH_URL');
});

test('SEC2 PERCH_URL is an origin of its own', () => {
  expect(Config.load({ PERCH_URL: 'https://perch.example/' }, []).publicUrl).toBe('https://perch.example');
  for (const PERCH_URL of ['https://example.com/perch', 'ftp://perch.example', 'perch.example'])
    expect([PERCH_URL, faultsOf({ PERCH_URL }).length]).toEqual([PERCH_URL, 1]);
});

test('RUN3 metrics are for this machine alone unless an address is named', () => {
  const metrics = (value: string) => Config.load({ PERCH_METRICS: value }, []).metrics;
  expect(metrics('')).toBeUndefined();
  expect(metrics('9464')).toEqual({ host: '127.0.0.1', port: 9464 });
  expect(metrics('0.0.0.0:9464')).toEqual({ host: '0.0.0.0', port: 9464 });
  expect(metrics('[::]:9464')).toEqual({ host: '::', port: 9464 });
  for (const wrong of ['metrics', ':9464', '9464:', 'a b:1'])
    expect(faultsOf({ PERCH_METRICS: wrong })).toEqual([expect.stringContaining('PERCH_METRICS')]);
});

test('SEC5 whose word counts on who a request is from is a list of addresses', () => {
  const proxies = 'loopback, 10.0.0.1,fd00::/8,172.16.0.0/12';
  expect(Config.load({ PERCH_PROXY: proxies }, []).proxies).toBe(proxies);
  for (const wrong of ['caddy', '10.0.0.1/a', 'loopback,', '1.2.3.4/8/8'])
    expect(faultsOf({ PERCH_PROXY: wrong })).toEqual([expect.stringContaining('PERCH_PROXY')]);
});

test('RUN1 docker-compose.yml says what Perch knows, and nothing else', () => {
  const lines = readFileSync('docker-compose.yml', 'utf8').matchAll(
    /^ {4}((?:PERCH|DATABASE|GITHUB)_\w+): (.+)$/gm,
  );
  const known = readFileSync('server/config.ts', 'utf8');
  const env = Object.fromEntries(
    [...lines].map(([, name = '', value = '']) => [
      name,
      value
        .replace(/\$\{PERCH_URL:\?[^}]*\}/, 'https://perch.example')
        .replace(/\$\{\w+:\?[^}]*\}/, secret)
        .replace(/\$\{\w+:-([^}]*)\}/, '$1'),
    ]),
  );
  expect(Object.keys(env).filter((name) => !known.includes(`    ${name}: `))).toEqual([]);
  // Compose cannot demand one of two: Perch itself does.
  expect(faultsOf(env)).toEqual([expect.stringContaining('GITHUB_TOKEN: or GITHUB_APP_ID')]);
  const config = Config.load({ ...env, GITHUB_TOKEN: secret }, []);
  expect(config).toMatchObject({ host: '0.0.0.0', port: 4600, publicUrl: 'https://perch.example' });
  expect([config.databaseUrl, config.s3, config.github, config.metrics].includes(undefined)).toBe(false);
});

test('LAU4 Perch is a GitHub App by its id and its key, from a variable or a file, in place of a token', () => {
  const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs1', format: 'pem' })
    .toString()
    .trim();
  const folder = mkdtempSync(join(tmpdir(), 'perch-key-'));
  const file = join(folder, 'key.pem');
  writeFileSync(file, `${privateKey}\n`);
  const base = { GITHUB_API_URL: 'https://api.github.com', GITHUB_APP_ID: '77' };
  const app = { appId: 77, privateKey };
  try {
    for (const given of [
      { GITHUB_APP_PRIVATE_KEY: privateKey },
      { GITHUB_APP_PRIVATE_KEY: privateKey.replaceAll('\n', '\\n') },
      { GITHUB_APP_PRIVATE_KEY_FILE: file },
    ]) {
      const config = Config.load({ ...base, ...given }, []);
      expect(config.github).toEqual({ apiUrl: base.GITHUB_API_URL, app });
      expect(config.secrets).toContain(privateKey);
    }
    writeFileSync(file, 'no key');
    for (const [given, name] of [
      [{}, 'GITHUB_APP_PRIVATE_KEY'],
      [{ GITHUB_APP_PRIVATE_KEY: 'no key' }, 'GITHUB_APP_PRIVATE_KEY'],
      [{ GITHUB_APP_PRIVATE_KEY_FILE: file }, 'GITHUB_APP_PRIVATE_KEY_FILE'],
      [{ GITHUB_APP_PRIVATE_KEY_FILE: join(folder, 'none') }, 'GITHUB_APP_PRIVATE_KEY_FILE'],
      [
        { GITHUB_APP_PRIVATE_KEY: privateKey, GITHUB_APP_PRIVATE_KEY_FILE: file },
        'GITHUB_APP_PRIVATE_KEY_FILE',
      ],
      [{ GITHUB_APP_PRIVATE_KEY: privateKey, GITHUB_TOKEN: 'x' }, 'GITHUB_TOKEN'],
      [{ GITHUB_APP_PRIVATE_KEY: privateKey, GITHUB_API_URL: '' }, 'GITHUB_APP_ID'],
      [{ GITHUB_APP_PRIVATE_KEY: privateKey, GITHUB_APP_ID: '' }, 'GITHUB_APP_ID'],
      [{ GITHUB_APP_PRIVATE_KEY: privateKey, GITHUB_APP_ID: 'x' }, 'GITHUB_APP_ID'],
    ] as const) {
      const faults = faultsOf({ ...base, ...given });
      expect([given, faults.map((each) => each.split(':')[0])]).toEqual([
        given,
        expect.arrayContaining([name]),
      ]);
      expect(faults.join()).not.toContain(privateKey);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
