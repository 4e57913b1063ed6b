import { expect, it } from 'vitest';
import { headingId, repositoryLink } from './repository-link.js';

const file = (path: string, hash = '') => ({ kind: 'file', path, hash });

it.each([
  ['img/a.png', file('docs/img/a.png')],
  ['./a%20b.md#L3', file('docs/a b.md', '#L3')],
  ['../README.md?plain=1', file('README.md')],
  ['/src/main.js', file('src/main.js')],
  ['../../etc/passwd', { kind: 'nowhere' }],
  ['javascript:alert(1)', { kind: 'nowhere' }],
  ['data:text/html,x', { kind: 'nowhere' }],
  ['#how-it-works', { kind: 'heading', id: 'how-it-works' }],
  ['https://example.com/a', { kind: 'outside', url: 'https://example.com/a' }],
  ['//example.com/a', { kind: 'outside', url: 'https://example.com/a' }],
])('EDT7 %s in docs/guide.md', (href, target) => {
  expect(repositoryLink('docs/guide.md', href)).toEqual(target);
});

it('EDT7 headings are named as on GitHub', () => {
  expect(headingId(' How it works: part 2 ')).toBe('how-it-works-part-2');
  expect(headingId('Größe & Maß')).toBe('größe--maß');
});
