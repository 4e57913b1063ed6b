import { expect, it } from 'vitest';
import { submoduleUrl } from './submodule.js';

const gitmodules = `# ours
[submodule "parts"]
	path = lib/parts
	url = https://example.com/ada/parts.git ; the mirror
	branch = main
[submodule "a \\"b\\""]
	url = "../with space#1.git"
	path = "größe und mehr"
[core]
	path = lib/parts
`;

it.each([
  ['lib/parts', 'https://example.com/ada/parts.git'],
  ['größe und mehr', 'https://forge.example/octo/with%20space#1.git'],
  ['lib', null],
])('GIT4 a submodule at %s comes from %s', (path, url) => {
  expect(submoduleUrl(gitmodules, path, 'https://forge.example/octo/cat')).toBe(url);
});

it('GIT4 a relative address stays one where the repository has no page', () => {
  expect(submoduleUrl(gitmodules, 'größe und mehr', null)).toBe('../with space#1.git');
});
