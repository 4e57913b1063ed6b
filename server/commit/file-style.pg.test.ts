import { execFileSync } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import { TEXT_NAME } from '../protocol/document.js';
import { createTestRoom, type TestRoom } from './testing/test-room.js';

let room: TestRoom;
afterEach(() => room.drop());

const committed = (path: string) =>
  execFileSync('git', ['-C', room.git.bare, 'cat-file', 'blob', `main:${path}`], { encoding: 'utf8' });

async function commitAll(message: string): Promise<void> {
  const paths = (await room.changes.changes(room.alice, room.id)).map((each) => each.path);
  await room.commits.commit(room.alice, room.id, { message, paths });
}

test('EDT11 .editorconfig, not yet committed too: new files end lines as it says, changed lines are tidied', async () => {
  room = await createTestRoom(
    {
      '.editorconfig': { bytes: 'root = true\n[*]\nindent_style = space\nindent_size = 4\n' },
      'old.txt': { bytes: 'as it was  \nlast  ' },
    },
    { onForge: true },
  );
  const { alice, bob, id } = room;
  expect(await room.styles.style(alice, id, 'win/a.txt')).toMatchObject({
    indentStyle: 'space',
    indentSize: 4,
  });
  const text = '[*]\nend_of_line = crlf\ntrim_trailing_whitespace = true\ninsert_final_newline = true\n';
  await room.files.create(alice, id, 'win/.editorconfig', text);
  await room.edit(
    bob,
    '.editorconfig',
    (before) =>
      `${before}trim_trailing_whitespace = true\ninsert_final_newline = true\n[win/*]\nindent_style = tab\n`,
  );
  expect(await room.styles.style(alice, id, 'win/a.txt')).toMatchObject({
    indentStyle: 'tab',
    indentSize: 4,
  });
  await room.files.create(alice, id, 'win/a.txt', 'one \ntwo');
  await room.edit(bob, 'old.txt', (before) => `new \t\n${before}`);
  await commitAll('Style');
  expect(committed('win/a.txt')).toBe('one\r\ntwo\r\n');
  expect(committed('win/.editorconfig')).toBe(text);
  expect(committed('old.txt')).toBe('new\nas it was  \nlast  ');
  // What was committed is what everybody has.
  expect(await room.paths()).toEqual([]);
  await room.edit(bob, 'win/a.txt', (before) => `${before}three\n`);
  await commitAll('Again');
  expect(committed('win/a.txt')).toBe('one\r\ntwo\r\nthree\r\n');
});

test('EDT11 a commit takes nothing from under anybody’s cursor', async () => {
  room = await createTestRoom(
    { '.editorconfig': { bytes: '[*]\ntrim_trailing_whitespace = true\n' } },
    { onForge: true },
  );
  const { alice, bob, id } = room;
  await room.files.create(alice, id, 'a.txt', 'one \ntwo \n');
  const access = await room.workspaces.require(bob, id, 'write');
  const { id: documentId } = await room.documents.open(access, 'a.txt');
  const tab = new Y.Doc();
  const { snapshot } = await room.documents.join(
    bob,
    { workspaceId: id, path: 'a.txt', clientId: 7, known: null },
    'tab',
    () => {},
  );
  Y.applyUpdate(tab, snapshot!);
  const position = Y.createRelativePositionFromTypeIndex(tab.getText(TEXT_NAME), 'one \ntwo '.length);
  const head = Y.encodeRelativePosition(position);
  const cursor = { path: 'a.txt', anchor: head, head };
  const person = { id: bob.id, name: bob.name, color: bob.color };
  await room.presenceRows.upsert([
    {
      workspaceId: id,
      presence: { connectionId: 'bob', person, count: 1, path: 'a.txt', cursor, idle: false },
    },
  ]);
  await commitAll('Typing');
  expect(committed('a.txt')).toBe('one\ntwo \n');
  expect((await room.documents.read(documentId)).text).toBe('one\ntwo \n');
});

test('GIT7 .gitattributes: binary is not edited, text is committed with LF, its language is told', async () => {
  room = await createTestRoom(
    {
      '.gitattributes': {
        bytes:
          '*.dat binary\n*.txt text eol=crlf working-tree-encoding=UTF-16\n*.inc linguist-language=PHP\n',
      },
      '.editorconfig': { bytes: '[*]\nend_of_line = crlf\n' },
      'a.dat': { bytes: 'looks like text\n' },
      'sub/.gitattributes': { bytes: '*.dat !binary !text !diff\n' },
      'sub/b.dat': { bytes: 'is text\r\n' },
      'large/c.psd': { bytes: 'x\n' },
    },
    { onForge: true },
  );
  const { alice, id } = room;
  await expect(room.edit(alice, 'a.dat', () => 'x')).rejects.toMatchObject({ code: 'not-text' });
  await room.edit(alice, 'sub/b.dat', (text) => `${text}more\n`);
  await room.files.create(alice, id, 'é ä.txt', 'größe\n');
  await room.files.create(alice, id, 'plain.md', 'x\n');
  expect((await room.styles.style(alice, id, 'lib/x.inc')).language).toBe('PHP');
  await room.edit(alice, 'sub/.gitattributes', () => '*.md binary\n');
  await expect(room.edit(alice, 'sub/b.dat', (text) => text)).resolves.toBeDefined();
  await commitAll('Attributes');
  // UTF-8 with LF in the repository; a checkout makes of it what the attributes say.
  expect(committed('é ä.txt')).toBe('größe\n');
  expect(committed('plain.md')).toBe('x\r\n');
  expect(committed('sub/b.dat')).toBe('is text\r\nmore\r\n');
  await room.edit(alice, '.gitattributes', (text) => `${text}*.psd filter=lfs\n`);
  await expect(room.files.create(alice, id, 'large/new.psd', 'x')).rejects.toMatchObject({
    code: 'unprocessable',
  });
});
