import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { BranchStage, PATH, STORY, type Person } from './testing/branch-stage.js';
import { SOON } from '../testing/soon.js';

let stage: BranchStage;
beforeAll(async () => {
  stage = await BranchStage.start();
});
afterEach(() => stage.clear());
afterAll(() => stage.stop());

/** Somebody pushes a commit of these files and no others, and the room hears of it. */
async function push(branch: string, files: Record<string, string>): Promise<void> {
  const { git } = stage;
  const entries = Object.entries(files).map(
    ([path, text]) => `100644 blob ${git.given(text, 'hash-object', '-w', '--stdin')}\t${path}`,
  );
  const tree = git.given(`${entries.join('\n')}\n`, 'mktree');
  const parent = git.git('rev-parse', branch);
  const name = ['-c', 'user.name=Carol', '-c', 'user.email=carol@example.com'];
  const commit = git.git(...name, 'commit-tree', tree, '-p', parent, '-m', 'elsewhere');
  git.git('update-ref', `refs/heads/${branch}`, commit);
  await stage.open(branch);
}
const gone = (person: Person) => vi.waitFor(() => expect(person.document.state.kind).toBe('refused'), SOON);
const shown = (person: Person, text: string) =>
  vi.waitFor(() => expect([person.document.state.kind, person.text]).toEqual(['live', text]), SOON);

test('GIT2 a file that one push takes away and the next brings back is live again where it was open', async () => {
  const { name, id } = await stage.branch();
  const bob = await stage.enter(id, 'Bob');
  await push(name, { 'other.txt': 'other\n' });
  await gone(bob);
  await push(name, { 'other.txt': 'other\n', [PATH]: 'back\n' });
  await shown(bob, 'back\n');
  bob.document.text.insert(0, 'Bob: ');
  await bob.document.whenSaved();
  const carol = await stage.enter(id, 'Carol');
  expect(carol.text).toBe('Bob: back\n');
});

test('DOC3 a file moved to where another was open and is gone is live there', async () => {
  const { id } = await stage.branch({ [PATH]: STORY, 'other.txt': 'other\n' });
  const bob = await stage.enter(id, 'Bob');
  const ask = (route: Parameters<typeof stage.perch.ask>[1], body: unknown) =>
    stage.perch.ask(stage.cookies.Alice, route, { params: { id }, body });
  expect((await ask('POST /api/workspaces/:id/files/delete', { path: PATH })).status).toBe(200);
  await gone(bob);
  const moved = await ask('POST /api/workspaces/:id/files/move', { from: 'other.txt', to: PATH });
  expect(moved.status).toBe(200);
  await shown(bob, 'other\n');
});

test('DOC7 a file that is closed before it came is left on the server too', async () => {
  const { id } = await stage.branch();
  const bob = await stage.enter(id, 'Bob');
  const left = vi.fn<() => void>();
  bob.room.socket.onAnyOutgoing((event: string) => event === 'document:leave' && left());
  bob.room.openDocument('other.txt').close();
  const glance = bob.room.openDocument('README.md');
  glance.close();
  await vi.waitFor(() => expect(left).toHaveBeenCalledOnce(), SOON);
  expect(glance.state.kind).toBe('live');
});
