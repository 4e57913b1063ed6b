import { refusalOf } from './branch-protection.js';
import type { ForgeContext } from './forge-context.js';
import { RefRefused, type RefUpdate } from './git/ref-store.js';
import type { ForgeUser, HostedRepository } from './hosted-repository.js';

/** Moves a ref for somebody, where its protection allows it, and tells the hooks. @throws {RefRefused} */
export async function moveRef(
  context: ForgeContext,
  repository: HostedRepository,
  user: ForgeUser,
  update: RefUpdate,
): Promise<void> {
  const refusal = await refusalOf(repository, user, update);
  if (refusal !== null) throw new RefRefused('protected', refusal);
  context.hooks.moved(repository, user, [await repository.refs.update(update)]);
}
