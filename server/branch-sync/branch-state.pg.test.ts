import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { BranchDecided } from '../protocol/branch-state.js';
import type { Conflict } from '../protocol/conflict.js';
import type { WorkspaceEvent } from '../protocol/event.js';
import { OWNER, REPO } from '../testing/perch-server.js';
import { BranchStage, live, PATH, STORY, type Person } from './testing/branch-stage.js';
import { SOON } from '../testing/soon.js';

let stage: BranchStage;
beforeAll(async () => {
  stage = await BranchStage.start();
});
afterEach(() => stage.clear());
afterAll(() => stage.stop());

const place = (branch: string, commit: string) => stage.git.git('update-ref', `refs/heads/${branch}`, commit);
const told = (people: Person[], type: WorkspaceEvent['type']) =>
  vi.waitFor(
    () => people.map((each) => expect([each.name, each.told(type)?.type]).toEqual([each.name, type])),
    SOON,
  );
/** All have typed something more since. */
async function typedMore(people: Person[]): Promise<void> {
  const before = people.map(({ typed }) => typed.length);
  await vi.waitFor(
    () => people.forEach((each, at) => expect(each.typed.length).toBeGreaterThan(before[at]! + 2)),
    SOON,
  );
}
/** Everybody sees the same, and in it all that anybody has typed. */
async function nothingLost(people: Person[]): Promise<string> {
  await Promise.all(people.map((each) => each.stopTyping()));
  await vi.waitFor(() => expect(new Set(people.map(({ text }) => text)).size).toBe(1), SOON);
  const { text } = people[0]!;
  for (const { typed } of people) for (const mark of typed) expect(text).toContain(mark);
  return text;
}

test('GIT3 a forced push while three type: each is told, commits wait, and a rebase loses nothing', async () => {
  const { name, id } = await stage.branch();
  const people = await stage.everybody(id);
  for (const each of people) each.startTyping();
  await typedMore(people);
  const forced = stage.commit(null, { [PATH]: STORY.replace('one', 'ONE'), 'new.txt': 'new\n' });
  place(name, forced);
  const opened = await stage.open(name);
  expect(opened).toMatchObject({ id, headCommit: forced });
  expect(opened.baseCommit).not.toBe(forced);
  await told(people, 'branch.forced');
  expect(await stage.state(id)).toMatchObject({ state: 'forced', head: forced, discarded: null });
  const refused = await stage.tryCommit(id);
  expect(refused).toMatchObject({ status: 409 });
  expect((refused.body as { message: string }).message).toMatch(/another history.*Nothing was committed/s);
  expect((await stage.choose(id, 'recreate')).status).toBe(409);
  await typedMore(people);
  expect((await stage.choose(id, 'rebase')).body).toEqual({ discardId: null, kept: [] });
  await told(people, 'branch.restored');
  await typedMore(people);
  const text = await nothingLost(people);
  expect(text).toContain('\nONE\n');
  expect(await stage.state(id)).toMatchObject({ state: 'there', baseCommit: forced });
  expect((await stage.choose(id, 'rebase')).status).toBe(409);
  expect((await stage.tryCommit(id)).status).toBe(200);
  expect(stage.git.git('rev-parse', `${name}^`)).toBe(forced);
  expect(stage.git.git('show', `${name}:${PATH}`)).toBe(text.trim());
});

test('GIT3 a branch deleted while three type: the room opens, is made again where it stood, and loses nothing', async () => {
  const { name, head, id } = await stage.branch();
  const people = await stage.everybody(id);
  for (const each of people) each.startTyping();
  await typedMore(people);
  await stage.end(id, name);
  expect(await stage.open(name)).toMatchObject({ id, baseCommit: head, headCommit: null });
  await told(people, 'branch.deleted');
  expect(await stage.state(id)).toMatchObject({ state: 'deleted', head: null, renamedTo: null });
  expect((await stage.tryCommit(id)).body).toMatchObject({
    message: expect.stringContaining('was deleted on GitHub') as string,
  });
  expect((await stage.choose(id, 'rebase')).status).toBe(409);
  // Two at once: the branch is made once, and nobody's is replaced.
  const both = await Promise.all([stage.choose(id, 'recreate'), stage.choose(id, 'recreate')]);
  expect(both.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 409]);
  expect(stage.git.git('rev-parse', name)).toBe(head);
  await told(people, 'branch.restored');
  await typedMore(people);
  const text = await nothingLost(people);
  expect((await stage.tryCommit(id)).status).toBe(200);
  expect(stage.git.git('show', `${name}:${PATH}`)).toBe(text.trim());
});

test('GIT3 a branch that comes back by itself is told of, and commits go on', async () => {
  const { name, head, id } = await stage.branch();
  const alice = await stage.enter(id, 'Alice');
  await alice.type();
  await stage.end(id, name);
  await stage.open(name);
  await told([alice], 'branch.deleted');
  place(name, head);
  expect((await stage.tryCommit(id)).status).toBe(200);
  await told([alice], 'branch.restored');
  // All is committed: there is nothing to discard, and nothing is told.
  await stage.end(id, name);
  expect((await stage.choose(id, 'discard')).body).toEqual({ discardId: null, kept: [] });
  expect(alice.told('branch.discarded')).toBe(undefined);
});

test('GIT3 what is discarded for a forced push is kept, and comes back, with conflicts where it must', async () => {
  const files = { [PATH]: STORY, 'other.txt': 'other\n', 'gone.txt': 'g\n', 'base.txt': 'base\n' };
  const { name, id } = await stage.branch(files);
  const people = await stage.everybody(id);
  const ask = (
    route:
      | 'POST /api/workspaces/:id/files'
      | 'POST /api/workspaces/:id/files/delete'
      | 'POST /api/workspaces/:id/files/move',
    body: object,
  ) => stage.perch.ask(stage.cookies.Carol, route, { params: { id }, body });
  await ask('POST /api/workspaces/:id/files', { path: 'made.txt', text: 'made\n' });
  await ask('POST /api/workspaces/:id/files/delete', { path: 'gone.txt' });
  await ask('POST /api/workspaces/:id/files/move', { from: 'other.txt', to: 'moved.txt' });
  for (const each of people) await each.type();
  const alice = people[0]!;
  const base = alice.room.openDocument('base.txt');
  await live(base);
  base.text.insert(0, 'ours ');
  await base.whenSaved();
  const forced = stage.commit(null, {
    ...files,
    [PATH]: STORY.replace('Bob:', 'Bob, Esq.:'),
    'base.txt': 'theirs\n',
  });
  place(name, forced);
  await stage.open(name);
  const { discardId, kept } = (await stage.choose(id, 'discard')).body as BranchDecided;
  expect(kept).toEqual([]);
  await told(people, 'branch.discarded');
  await told(people, 'branch.restored');
  await vi.waitFor(
    () =>
      expect(people.map(({ text }) => text)).toEqual(people.map(() => STORY.replace('Bob:', 'Bob, Esq.:'))),
    SOON,
  );
  const changes = async () =>
    (
      (await stage.perch.ask(stage.cookies.Bob, 'GET /api/workspaces/:id/changes', { params: { id } }))
        .body as { status: string; path: string }[]
    ).map(({ status, path }) => `${status} ${path}`);
  expect(await changes()).toEqual([]);
  expect(await stage.state(id)).toMatchObject({
    state: 'there',
    baseCommit: forced,
    discarded: { id: discardId, files: 5, by: { name: 'Bob' } },
  });
  // By somebody else than who discarded it.
  const recover = () =>
    stage.perch.ask(stage.cookies.Carol, 'POST /api/workspaces/:id/branch/recover', {
      params: { id },
      body: { discardId },
    });
  expect((await recover()).body).toEqual({ kept: [] });
  expect(await changes()).toEqual([
    'modified base.txt',
    'deleted gone.txt',
    'added made.txt',
    'renamed moved.txt',
    `modified ${PATH}`,
  ]);
  await told(people, 'branch.recovered');
  const { body } = await stage.perch.ask(stage.cookies.Bob, 'GET /api/workspaces/:id/conflicts', {
    params: { id },
  });
  const conflicts = (body as Conflict[]).toSorted((one, other) => (one.path < other.path ? -1 : 1));
  expect(conflicts).toMatchObject([
    { path: 'base.txt', currentText: 'ours base\n', incomingText: 'theirs\n' },
    { path: PATH, currentText: 'Bob:<B0>\n', incomingText: 'Bob, Esq.:\n' },
  ]);
  await vi.waitFor(() => expect(base.text.toString()).toBe('ours base\n'), SOON);
  await nothingLost(people);
  expect((await recover()).status).toBe(410);
});

test('GIT3 a forced push where nothing is uncommitted is followed', async () => {
  const { name, id } = await stage.branch();
  const alice = await stage.enter(id, 'Alice');
  const forced = stage.commit(null, { [PATH]: 'another story\n' });
  place(name, forced);
  expect(await stage.open(name)).toMatchObject({ id, baseCommit: forced, headCommit: forced });
  await told([alice], 'branch.forced');
  await vi.waitFor(() => expect(alice.text).toBe('another story\n'), SOON);
  expect(await stage.state(id)).toMatchObject({ state: 'there', baseCommit: forced });
});

/** As somebody renames it on the forge's page. */
async function rename(from: string, to: string): Promise<void> {
  const { apiUrl, token } = stage.perch.surroundings.github;
  const url = `${apiUrl}/repos/${OWNER}/${REPO}/branches/${from}/rename`;
  const headers = { authorization: `token ${token}`, 'content-type': 'application/json' };
  const { status } = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ new_name: to }) });
  expect(status).toBe(201);
}

test('GIT3 a branch renamed while three type: its room goes along, and the old address leads there', async () => {
  const { name, head, id } = await stage.branch();
  const people = await stage.everybody(id);
  for (const each of people) each.startTyping();
  await typedMore(people);
  await rename(name, 'renamed/é');
  expect(await stage.open(name)).toMatchObject({
    id,
    branch: 'renamed/é',
    baseCommit: head,
    headCommit: head,
  });
  await told(people, 'branch.renamed');
  const located = await stage.perch.ask(stage.cookies.Bob, 'GET /api/workspaces/location', {
    query: { owner: OWNER, repo: REPO, rest: `${name}/code` },
  });
  expect(located.body).toEqual({ branch: 'renamed/é', page: 'code' });
  await typedMore(people);
  const text = await nothingLost(people);
  expect((await stage.tryCommit(id)).status).toBe(200);
  expect(stage.git.git('show', `renamed/é:${PATH}`)).toBe(text.trim());
  // The name is free for another branch, with a room of its own.
  place(name, head);
  expect((await stage.open(name)).id).not.toBe(id);
});

test('GIT3 a branch renamed to one that has a room stays in its own, and says so', async () => {
  const { name, head, id } = await stage.branch();
  const alice = await stage.enter(id, 'Alice');
  await alice.type();
  const other = `${name}-renamed`;
  await rename(name, other);
  const there = await stage.perch.open(stage.cookies.Bob, other);
  expect(there).not.toBe(id);
  expect(await stage.open(name)).toMatchObject({ id, branch: name, baseCommit: head, headCommit: null });
  await told([alice], 'branch.deleted');
  expect(await stage.state(id)).toMatchObject({ state: 'deleted', renamedTo: other });
  expect((await stage.tryCommit(id)).body).toMatchObject({
    message: expect.stringContaining(other) as string,
  });
  expect((await stage.choose(id, 'recreate')).status).toBe(200);
  expect(stage.git.git('rev-parse', name)).toBe(head);
});

test('NAM1 GIT3 a renamed repository keeps its rooms and tells each of them once, and its old name leads there', async () => {
  const { name, id } = await stage.branch();
  const people = await stage.everybody(id);
  for (const each of people) await each.type();
  await stage.perch.surroundings.forge.addRepository({
    owner: 'Elsewhere',
    name: 'Renamed',
    path: stage.git.bare,
  });
  const opened = await stage.open(name, REPO);
  expect(opened.id).toBe(id);
  for (const each of people) await each.type();
  await nothingLost(people);
  expect((await stage.tryCommit(id)).status).toBe(200);
  const { body } = await stage.perch.ask(stage.cookies.Alice, 'POST /api/workspaces', {
    body: { owner: 'elsewhere', repo: 'renamed', branch: name },
  });
  expect(body).toMatchObject({ id, owner: 'Elsewhere', repo: 'Renamed' });
  await told(people, 'repository.renamed');
  for (const each of people)
    expect(each.heard.filter(({ type }) => type === 'repository.renamed')).toMatchObject([
      { payload: { from: { owner: OWNER, repo: REPO }, to: { owner: 'Elsewhere', repo: 'Renamed' } } },
    ]);
});
