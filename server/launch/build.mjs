/**
 * Guarantee: after `build`, dist/ was made from the sources as they were when it was called. The stamp is a
 * hash of their contents, so a fresh checkout of the same commit, or a branch and back, does not build again.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm, root, step } from './step.mjs';

const stampFile = join(root, 'dist', '.perch-build');
const isSource = (path) => !/\.(test|contract)\.tsx?$|(^|\/)testing\/|(^|\/)(node_modules|dist)\//.test(path);

export async function build() {
  const stamp = hashSources();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  rmSync(stampFile, { force: true });
  await step(
    'Building',
    ['build:server', 'build:client'].map((script) => [...npm, 'run', '--silent', script]),
  );
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(stampFile, stamp);
}

function hashSources() {
  const paths = readdirSync(root).filter((name) => /^(package|package-lock|tsconfig.*)\.json$/.test(name));
  for (const folder of ['server', 'client', 'db']) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name).slice(root.length);
      if (isSource(path)) paths.push(path);
    }
  }
  const hash = createHash('sha256').update(process.versions.node);
  for (const path of paths.sort()) {
    const content = readFileSync(join(root, path));
    hash.update(`\0${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}
