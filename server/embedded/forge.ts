import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { startForge, type Forge } from '../forge/forge.js';
import type { OAuthApp } from '../forge/oauth/grants.js';
import { createExampleRepository } from './example-repository.js';

export type EmbeddedForge = Forge & {
  token: string;
  isOwn: true;
  repository: { owner: string; name: string };
};

/**
 * The built-in forge with one repository: the local one at `repositoryPath`,
 * in place, or the example, made at the first start. Its token and its
 * repositories' ids stay the same over restarts.
 *
 * @param app by which people may sign in
 */
export async function startEmbeddedForge(
  stateDirectory: string,
  repositoryPath: string | undefined,
  app?: OAuthApp,
): Promise<EmbeddedForge> {
  const directory = join(stateDirectory, 'forge');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const token = await readToken(join(directory, 'token'));
  const forge = await startForge({
    stateDirectory: directory,
    users: [{ login: 'perch', name: 'Perch', email: 'perch@users.perch.invalid', token }, ...visitors(app)],
    apps: app ? [app] : [],
  });
  try {
    if (repositoryPath !== undefined) {
      const path = resolve(repositoryPath);
      const repository = { owner: 'local', name: repositoryName(path) };
      await forge.addRepository({ ...repository, path });
      return { ...forge, token, isOwn: true, repository };
    }
    const path = join(directory, 'perch-hop.git');
    await createExampleRepository(path);
    const repository = { owner: 'perch', name: 'perch-hop' };
    await forge.addRepository({
      ...repository,
      path,
      description: 'A bird hops from branch to branch: an example to try Perch on.',
    });
    return { ...forge, token, isOwn: true, repository };
  } catch (error) {
    await forge.stop();
    throw error;
  }
}

/** Where people can sign in at the forge, somebody besides Perch itself to sign in as. */
function visitors(app: OAuthApp | undefined) {
  if (!app) return [];
  return ['ada', 'rob', 'eve'].map((login) => ({
    login,
    name: `${login[0]!.toUpperCase()}${login.slice(1)}`,
    email: `${login}@users.perch.invalid`,
    isEmailHidden: true,
    token: randomBytes(24).toString('base64url'),
  }));
}

/** What GitHub would make of a folder's name. */
function repositoryName(path: string): string {
  const name = basename(path)
    .replace(/\.git$/, '')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-');
  return /^\.*$/.test(name) ? 'repository' : name;
}

async function readToken(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const token = `perch_${randomBytes(24).toString('base64url')}`;
    await writeFile(file, token, { mode: 0o600 });
    return token;
  }
}
