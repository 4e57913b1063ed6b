import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { commitMessage, distinctCoAuthors } from './commit-message.js';

const bob = { name: 'Bob', email: 'bob@example.com' };
const eve = { name: 'Eve', email: 'eve@example.com' };

/** What git itself takes for the trailers of a message. */
const trailers = (message: string) =>
  execFileSync('git', ['interpret-trailers', '--parse'], { input: message, encoding: 'utf8' })
    .trim()
    .split('\n');

test.each([
  ['Subject', 'Subject\n\nCo-authored-by: Bob <bob@example.com>'],
  ['fix: a colon in the subject', 'fix: a colon in the subject\n\nCo-authored-by: Bob <bob@example.com>'],
  [
    'Subject\n\nBody: with a colon\nand text',
    'Subject\n\nBody: with a colon\nand text\n\nCo-authored-by: Bob <bob@example.com>',
  ],
  [
    'Subject\n\nBody\n\nRefs: #1\nSigned-off-by: A <a@b.c>',
    'Subject\n\nBody\n\nRefs: #1\nSigned-off-by: A <a@b.c>\nCo-authored-by: Bob <bob@example.com>',
  ],
  ['Subject  \r\n\r\n\r\n\r\nBody  \n\n', 'Subject\n\nBody\n\nCo-authored-by: Bob <bob@example.com>'],
])('GIT5: %j gets its trailer where git finds it', (given, expected) => {
  const message = commitMessage(given, [bob]);
  expect(message).toBe(expected);
  expect(trailers(message)).toContain('Co-authored-by: Bob <bob@example.com>');
});

test('GIT5: a co-author who is named already is not named again', () => {
  const given = 'Subject\n\nco-authored-by: Bobby <BOB@example.com>';
  expect(commitMessage(given, [bob])).toBe(given);
  expect(trailers(commitMessage(given, [bob, eve]))).toHaveLength(2);
});

test('GIT5: addresses are taken once, in whatever case, and never the author’s', () => {
  const author = { name: 'Alice', email: 'alice@example.com' };
  const others = [
    eve,
    { name: 'A. Lice', email: 'Alice@Example.com' },
    bob,
    { name: 'B', email: 'BOB@example.com' },
  ];
  expect(distinctCoAuthors(author, others).map(({ email }) => email.toLowerCase())).toEqual([
    'bob@example.com',
    'eve@example.com',
  ]);
});
