import { afterEach, expect, test, vi } from 'vitest';
import type { ForgeRepository, GithubClient } from '../platform/github-client.js';
import type { NotificationListener } from '../platform/notification-listener.js';
import { ProtocolError, type ErrorCode } from '../protocol/error.js';
import { AccessService } from './access.service.js';
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

/** The cache looks at the clock of before it was faked. */
function pass(ms: number): void {
  now += ms;
  vi.advanceTimersByTime(ms);
}

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test('GIT6 SEC1 a limit that is used up shuts nobody out for its hour; a forge that does not answer does', async () => {
  now = performance.now();
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let refusal: ErrorCode | null = null;
  const answer = (): Promise<ForgeRepository> =>
    refusal ? Promise.reject(new ProtocolError(refusal, 'no')) : Promise.resolve(repository);
  const github = { getRepository: answer, getRepositoryById: answer } as unknown as GithubClient;
  const rows = { upsertRepository: () => Promise.resolve() } as unknown as WorkspaceRepository;
  const access = new AccessService(rows, github, {} as NotificationListener);
  const byName = () => access.requireByName(owner, 'octo', 'cat', 'write');
  const byId = () => access.requireById(owner, 1, 'write', 'workspace');
  await byName();
  await byId();

  pass(31_000);
  refusal = 'forge';
  for (const ask of [byName, byId]) await expect(ask()).rejects.toMatchObject({ code: 'forge' });
  refusal = 'rate-limited';
  for (const ask of [byName, byId]) expect((await ask()).role).toBe('admin');
  pass(3_600_000);
  for (const ask of [byName, byId]) await expect(ask()).rejects.toMatchObject({ code: 'rate-limited' });
});
