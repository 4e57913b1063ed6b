import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gitIdentity } from './git-identity.js';

describe('git identity', () => {
  let repository: string;

  beforeAll(async () => {
    repository = await mkdtemp(join(tmpdir(), 'perch-identity-'));
    execFileSync('git', ['init', '--quiet'], { cwd: repository });
  });

  afterAll(() => rm(repository, { recursive: true, force: true }));

  const set = (key: string, value: string) =>
    execFileSync('git', ['config', key, value], { cwd: repository });

  it('GIT5 the owner is called what git calls him in the served repository', async () => {
    set('user.name', 'Ada Lovelace');
    set('user.email', 'ada@example.com');
    expect(await gitIdentity(repository)).toEqual({ name: 'Ada Lovelace', email: 'ada@example.com' });
  });

  it('SEC5 what Perch would refuse as a name or an e-mail is left out', async () => {
    set('user.name', '<script>');
    set('user.email', 'nobody');
    expect(await gitIdentity(repository)).toEqual({ name: undefined, email: undefined });
  });
});
