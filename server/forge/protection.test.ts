import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { git, startTestForge, type TestForge } from './testing/test-forge.js';

const repo = { owner: 'octo', repo: 'cat' };
const main = { ...repo, branch: 'main' };
const FREE = {
  required_status_checks: null,
  enforce_admins: null,
  required_pull_request_reviews: null,
  restrictions: null,
};
let it: TestForge;
let bare: string;
let clone: string;
let pushes = 0;
const told = async (asked: Promise<unknown>) =>
  (await asked.catch((error: unknown) => error)) as { status?: number; message: string };

beforeAll(async () => {
  it = await startTestForge();
  bare = join(it.root, 'cat.git');
  await git(it.root, 'clone', '--quiet', '--bare', await it.work('work', { a: 'a\n' }), bare);
  await it.serve('cat', bare, { permissions: { ada: 'admin', rob: 'write', eve: 'write' } });
  clone = join(it.root, 'clone');
  const url = it.forge.url.replace('http://', 'http://x:token-of-rob@');
  await git(it.root, 'clone', '--quiet', `${url}/octo/cat.git`, clone);
});
afterAll(() => it.stop());

/** A commit on top of main, pushed by rob: what git says, or nothing. */
async function push(...refs: string[]): Promise<string> {
  await git(clone, 'commit', '--quiet', '--allow-empty', '-m', `pushed ${pushes++}`);
  try {
    await git(clone, 'push', '--quiet', 'origin', ...refs);
    return '';
  } catch (error) {
    await git(clone, 'reset', '--quiet', '--hard', 'HEAD~1');
    return (error as { stderr: string }).stderr;
  }
}

test('FRG9 a protected branch says so, and refuses pushes and the API as GitHub does', async () => {
  const ada = it.client();
  const rob = it.client('rob');
  expect(await told(ada.rest.repos.getBranchProtection(main))).toMatchObject({
    status: 404,
    message: expect.stringContaining('Branch not protected') as string,
  });
  expect(await push('main')).toBe('');
  const head = await git(bare, 'rev-parse', 'main');
  await ada.rest.repos.updateBranchProtection({
    ...main,
    ...FREE,
    required_pull_request_reviews: { required_approving_review_count: 1 },
  });
  expect((await told(rob.rest.repos.getBranchProtection(main))).status).toBe(403);
  const { data } = await ada.rest.repos.getBranchProtection(main);
  expect(data).toMatchObject({
    enforce_admins: { enabled: false },
    required_pull_request_reviews: { required_approving_review_count: 1 },
  });
  // Seen by whoever may read.
  expect((await rob.rest.repos.listBranches(repo)).data[0]).toMatchObject({ name: 'main', protected: true });
  expect((await rob.rest.repos.listBranches({ ...repo, protected: false })).data).toEqual([]);
  expect((await rob.rest.repos.getBranch(main)).data).toMatchObject({ protected: true });
  // By git, by REST, by the contents API and by GraphQL.
  const reason = 'Changes must be made through a pull request.';
  const said = await push('main');
  expect(said).toContain('GH006: Protected branch update failed for refs/heads/main.');
  expect(said).toContain(reason);
  expect(said).toContain('[remote rejected]');
  await push('HEAD:refs/heads/free');
  const sha = await git(bare, 'rev-parse', 'free');
  const refused = { status: 422, message: expect.stringContaining(reason) as string };
  expect(await told(rob.rest.git.updateRef({ ...repo, ref: 'heads/main', sha }))).toMatchObject(refused);
  const file = { ...repo, path: 'b', message: 'm', content: Buffer.from('b').toString('base64') };
  expect(await told(rob.rest.repos.createOrUpdateFileContents(file))).toMatchObject({
    status: 409,
    message: expect.stringContaining(`Could not create file: ${reason}`) as string,
  });
  const id = (await rob.rest.repos.get(repo)).data.node_id;
  const update = { name: 'refs/heads/main', beforeOid: head, afterOid: sha, force: false };
  const mutation = `mutation($id: ID!, $updates: [RefUpdate!]!) {
    updateRefs(input: { repositoryId: $id, refUpdates: $updates }) { clientMutationId }
  }`;
  expect((await told(rob.graphql(mutation, { id, updates: [update] }))).message).toContain(reason);
  expect(await git(bare, 'rev-parse', 'main')).toBe(head);
  // Whoever administers passes, unless the rule holds for them too.
  await ada.rest.git.updateRef({ ...repo, ref: 'heads/main', sha });
  expect(await git(bare, 'rev-parse', 'main')).toBe(sha);
  expect(
    (await told(ada.rest.git.updateRef({ ...repo, ref: 'heads/main', sha: head, force: true }))).message,
  ).toContain('Cannot force-push to this branch');
  await ada.rest.repos.updateBranchProtection({
    ...main,
    ...FREE,
    enforce_admins: true,
    required_status_checks: { strict: true, contexts: ['build', 'test'] },
  });
  expect((await ada.rest.repos.getBranch(main)).data.protection.required_status_checks).toMatchObject({
    enforcement_level: 'everyone',
    contexts: ['build', 'test'],
  });
  expect((await told(ada.rest.repos.createOrUpdateFileContents(file))).message).toContain(
    '2 of 2 required status checks are expected.',
  );
  expect(await push('main')).toContain('2 of 2 required status checks are expected.');
});

test('FRG9 of a branch with named pushers the others push nothing; it is neither rewound nor deleted', async () => {
  const ada = it.client();
  await ada.rest.repos.updateBranchProtection({
    ...main,
    ...FREE,
    restrictions: { users: ['rob'], teams: [] },
  });
  await git(clone, 'fetch', '--quiet', 'origin', 'main');
  await git(clone, 'reset', '--quiet', '--hard', 'FETCH_HEAD');
  expect(await push('main')).toBe('');
  await git(clone, 'reset', '--quiet', '--hard', 'HEAD~1');
  expect(await push('+HEAD:main')).toContain('Cannot force-push to this branch');
  await ada.rest.repos.updateBranchProtection({ ...repo, branch: 'free', ...FREE });
  expect(await push(':free')).toContain('Cannot delete this branch');
  const eve = it.client('eve');
  const sha = await git(bare, 'rev-parse', 'main~1');
  expect(
    await told(
      eve.rest.git.updateRef({ ...repo, ref: 'heads/main', sha: await git(bare, 'rev-parse', 'main') }),
    ),
  ).toMatchObject({ status: 422, message: expect.stringContaining('not authorized to push') as string });
  expect((await told(ada.rest.git.deleteRef({ ...repo, ref: 'heads/main' }))).status).toBe(422);
  await ada.rest.repos.updateBranchProtection({
    ...main,
    ...FREE,
    allow_force_pushes: true,
    allow_deletions: true,
  });
  await eve.rest.git.updateRef({ ...repo, ref: 'heads/main', sha, force: true });
  await ada.rest.repos.deleteBranchProtection(main);
  expect((await ada.rest.repos.getBranch(main)).data.protected).toBe(false);
});
