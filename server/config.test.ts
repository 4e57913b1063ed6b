import { readFileSync } from 'node:fs';
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
  const config = Config.load(env, []);
  expect(config).toMatchObject({ host: '0.0.0.0', port: 4600, publicUrl: 'https://perch.example' });
  expect([config.databaseUrl, config.s3, config.github, config.metrics].includes(undefined)).toBe(false);
});
