import { Injectable } from '@nestjs/common';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ForgeTree } from '../platform/forge-tree.js';
import type { BaseListing } from '../protocol/file.js';
import type { Account } from '../protocol/user.js';
import { WorkspaceService } from '../workspace/workspace.service.js';

/** Files looked at in one go, some 5 ms: others type meanwhile. */
const FILES_A_TURN = 10_000;

export type WrittenListing = { listing: BaseListing; json: Buffer; etag: string };
type Written = WrittenListing & { files: number; unlisted: number };

/** The names of a base commit's files as a client gets them: written once a commit, for all who ask. */
@Injectable()
export class BaseListingService {
  readonly #written = new WeakMap<ForgeTree, Written>();

  constructor(private readonly workspaces: WorkspaceService) {}

  /** @param folder is listed first, where it was not yet */
  async list(account: Account, workspaceId: string, folder: string | undefined): Promise<WrittenListing> {
    await this.workspaces.require(account, workspaceId, 'read');
    const inFolder = folder === undefined ? undefined : `${folder}/`;
    const { baseCommit, tree } = await this.workspaces.baseTree(workspaceId, inFolder);
    const known = this.#written.get(tree);
    const { size: files } = tree.files;
    const { size: unlisted } = tree.unlisted;
    if (known && known.files === files && known.unlisted === unlisted) return known;
    const listing = await listingOf(baseCommit, tree);
    const json = Buffer.from(JSON.stringify(listing));
    // The same names, however they are compressed on their way.
    const etag = `W/"${baseCommit ?? 'empty'}-${files}-${unlisted}"`;
    const written = { listing, json, etag, files, unlisted };
    this.#written.set(tree, written);
    return written;
  }
}

async function listingOf(baseCommit: string | null, tree: ForgeTree): Promise<BaseListing> {
  const links: string[] = [];
  const submodules: string[] = [];
  const named = new Map<string, string[]>();
  let seen = 0;
  for (const { path, mode } of tree.files.values()) {
    if (++seen % FILES_A_TURN === 0) await nextTurn();
    const slash = path.lastIndexOf('/');
    const folder = slash === -1 ? '' : path.slice(0, slash);
    const names = named.get(folder);
    if (names) names.push(path.slice(slash + 1));
    else named.set(folder, [path.slice(slash + 1)]);
    if (mode === '120000') links.push(path);
    if (mode === '160000') submodules.push(path);
  }
  return {
    baseCommit,
    folders: [...named.keys()],
    names: Array.from(named.values(), (names) => names.join('/')),
    links,
    submodules,
    unlisted: [...tree.unlisted.keys()],
  };
}
