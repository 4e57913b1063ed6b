import { afterEach, expect, test, vi } from 'vitest';
import type { GithubClient } from '../platform/github-client.js';
import type { ForgeRepository } from '../platform/github-repositories.js';
import type { NotificationListener } from '../platform/notification-listener.js';
import { ProtocolError, type ErrorCode } from '../protocol/error.js';
import { AccessService } from './access.service.js';
import type { RepositoryNameService } from './repository-name.service.js';
import { noForgeRights } from './testing/no-forge-rights.js';
import type { WorkspaceRepository } from './workspace.repository.js';

const repository: ForgeRepository = {
  id: 1,
  nodeId: 'R_1',
  owner: 'octo',
  name: 'cat',
  defaultBranch: 'main',
  private: true,
  description: null,
  url: 'https://github.com/octo/cat',
  permission: 'admin',
};
const owner = { id: 'o', name: 'Owner', email: 'o@example.com', color: 0, isOwner: true };

let now = 0;

afterEach(() => {
  vi.restoreAllMocks();
});

test('GIT6 SEC1 while the forge does not answer nobody new gets in, who was in stays ten minutes, and an hour where a limit is used up', async () => {
  now = performance.now();
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  let refusal: ErrorCode | null = null;
  let asked = 0;
  const answer = (): Promise<ForgeRepository> => {
    asked++;
    return refusal ? Promise.reject(new ProtocolError(refusal, 'no')) : Promise.resolve({ ...repository });
  };
  const github = { getRepository: answer, getRepositoryById: answer } as unknown as GithubClient;
  const rows = {} as WorkspaceRepository;
  const names = { keep: () => Promise.resolve() } as unknown as RepositoryNameService;
  const fresh = () => new AccessService(rows, github, {} as NotificationListener, noForgeRights(), names);
  const access = fresh();
  const byName = () => access.requireByName(owner, 'octo', 'cat', 'write');
  const byId = () => access.requireById(owner, 1, 'write', 'workspace');
  const all = [byName, byId];
  await byName();
  await byId();

  now += 29_000;
  await byName();
  expect(asked).toBe(1);
  now += 2_000;
  await byName();
  expect(asked).toBe(2);
  refusal = 'forge';
  now += 599_000;
  for (const ask of all) expect((await ask()).role).toBe('admin');
  await expect(fresh().requireById(owner, 1, 'read', 'workspace')).rejects.toMatchObject({ code: 'forge' });
  now += 32_000;
  for (const ask of all) await expect(ask()).rejects.toMatchObject({ code: 'forge' });
  refusal = 'rate-limited';
  for (const ask of all) expect((await ask()).role).toBe('admin');
  now += 3_600_000;
  for (const ask of all) await expect(ask()).rejects.toMatchObject({ code: 'rate-limited' });
});
