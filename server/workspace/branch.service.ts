import { Injectable } from '@nestjs/common';
import { GithubClient } from '../platform/github-client.js';
import type { ForgeRepository } from '../platform/github-repositories.js';
import { ProtocolError } from '../protocol/error.js';
import type { Repository, RepositoryRef } from '../protocol/repository.js';
import type { Account, Role } from '../protocol/user.js';
import { AccessService } from './access.service.js';

/** Fewer letters find too much. */
const SEARCHED_FROM = 3;
const SEARCHED = 20;

/** Repositories and branches as the forge has them, for whoever may see them. */
@Injectable()
export class BranchService {
  constructor(
    private readonly access: AccessService,
    private readonly github: GithubClient,
  ) {}

  /** One's own, the last pushed to first; with words, whatever the forge finds by them behind those. */
  async repositories(account: Account, words: string): Promise<Repository[]> {
    const own = await this.github.listRepositories();
    const fits = words.toLowerCase();
    const known = own.filter((each) => `${each.owner}/${each.name}`.toLowerCase().includes(fits));
    const found = words.length < SEARCHED_FROM ? [] : await this.#search(words);
    const all = new Map([...known, ...found].map((each) => [each.id, each]));
    const visible = await this.access.roles(account, [...all.values()]);
    return visible.map(({ repository, role }) => toRepository(repository, role));
  }

  /** A search has a limit of its own, thirty a minute: without it one's own are still found. */
  async #search(words: string): Promise<ForgeRepository[]> {
    try {
      return await this.github.searchRepositories(words.replace('/', ' '), SEARCHED);
    } catch (error) {
      if (error instanceof ProtocolError && ['rate-limited', 'unprocessable'].includes(error.code)) return [];
      throw error;
    }
  }

  async repository(account: Account, ref: RepositoryRef): Promise<Repository> {
    const { repository, role } = await this.access.requireByName(account, ref.owner, ref.repo, 'read');
    return toRepository(repository, role);
  }

  /**
   * Where in `rest` the branch ends and the page begins. The forge alone knows
   * its branches, so every reading is looked up, the longest name first (NAM2).
   */
  async locate(
    account: Account,
    ref: RepositoryRef,
    rest: string,
  ): Promise<{ branch: string; page: string }> {
    const { repository } = await this.access.requireByName(account, ref.owner, ref.repo, 'read');
    const { owner, name: repo, defaultBranch } = repository;
    for (const parts of readings(rest)) {
      // Of a long list of branches, only those that begin as this address does.
      const names = new Set(await this.github.listBranchNames(owner, repo, parts[0] ?? ''));
      for (let length = parts.length; length > 0; length--) {
        const branch = parts.slice(0, length).join('/');
        if (names.has(branch)) return { branch, page: parts.slice(length).join('/') || 'code' };
      }
    }
    // A branch that was renamed is found by the name it had, as on GitHub.
    for (const parts of readings(rest))
      for (const former of [parts.slice(0, -1), parts]) {
        const branch =
          former.length > 0 && (await this.github.currentBranchName(owner, repo, former.join('/')));
        if (branch) return { branch, page: parts.slice(former.length).join('/') || 'code' };
      }
    // An empty repository has no branch yet, but the name of its first one.
    const unborn = readings(rest).find((parts) => `${parts.join('/')}/`.startsWith(`${defaultBranch}/`));
    if (unborn && !(await this.github.hasBranches(owner, repo)))
      return { branch: defaultBranch, page: unborn.join('/').slice(defaultBranch.length + 1) || 'code' };
    throw new ProtocolError('not-found', `No branch of ${owner}/${repo} fits this address.`);
  }
}

/** As a URL path, each segment percent-decoded where it can be, and as somebody typed it. */
function readings(rest: string): string[][] {
  const typed = rest.replace(/\/+$/, '').split('/');
  const decoded = typed.map(decodeSegment);
  return decoded.join('/') === typed.join('/') ? [typed] : [decoded, typed];
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function toRepository(repository: ForgeRepository, role: Role): Repository {
  const { id, owner, name: repo, defaultBranch, description, url } = repository;
  return {
    id,
    owner,
    repo,
    defaultBranch,
    private: repository.private,
    description,
    url: url.startsWith('https://') ? url : null,
    role,
  };
}
