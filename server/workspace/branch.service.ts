import { Injectable } from '@nestjs/common';
import { GithubClient } from '../platform/github-client.js';
import { ProtocolError } from '../protocol/error.js';
import type { Branch, Repository, RepositoryRef } from '../protocol/repository.js';
import type { Account } from '../protocol/user.js';
import type { ForgeRepository } from '../platform/github-client.js';
import type { Role } from '../protocol/user.js';
import { AccessService } from './access.service.js';

/** Repositories and branches as the forge has them, for whoever may see them. */
@Injectable()
export class BranchService {
  constructor(
    private readonly access: AccessService,
    private readonly github: GithubClient,
  ) {}

  async repositories(account: Account): Promise<Repository[]> {
    const all = await this.github.listRepositories();
    const visible = await Promise.all(
      all.map(async (repository) => {
        const role = await this.access.role(account, repository);
        return role && toRepository(repository, role);
      }),
    );
    return visible.filter((each) => each !== null);
  }

  async repository(account: Account, ref: RepositoryRef): Promise<Repository> {
    const { repository, role } = await this.access.requireByName(account, ref.owner, ref.repo, 'read');
    return toRepository(repository, role);
  }

  /** The default branch first, then by name. */
  async branches(account: Account, ref: RepositoryRef): Promise<Branch[]> {
    const { repository } = await this.access.requireByName(account, ref.owner, ref.repo, 'read');
    const found = await this.github.listBranches(repository.owner, repository.name);
    return found
      .map((each) => ({ ...each, isDefault: each.name === repository.defaultBranch }))
      .sort(
        (one, other) => Number(other.isDefault) - Number(one.isDefault) || one.name.localeCompare(other.name),
      );
  }

  async create(account: Account, ref: RepositoryRef, baseBranch: string, newBranch: string): Promise<Branch> {
    const { repository } = await this.access.requireByName(account, ref.owner, ref.repo, 'write');
    const { owner, name } = repository;
    const sha = await this.github.getBranchHead(owner, name, baseBranch);
    if (!sha) throw new ProtocolError('not-found', `There is no branch ${baseBranch} in ${owner}/${name}.`);
    await this.github.createBranch(owner, name, newBranch, sha);
    return { name: newBranch, sha, protected: false, isDefault: false };
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
    const names = new Set(
      (await this.github.listBranches(repository.owner, repository.name)).map((each) => each.name),
    );
    for (const parts of readings(rest)) {
      for (let length = parts.length; length > 0; length--) {
        const branch = parts.slice(0, length).join('/');
        if (names.has(branch)) return { branch, page: parts.slice(length).join('/') || 'code' };
      }
    }
    throw new ProtocolError(
      'not-found',
      `No branch of ${repository.owner}/${repository.name} fits this address.`,
    );
  }
}

/** As a URL path, each segment percent-decoded, and as somebody typed it. */
function readings(rest: string): string[][] {
  const typed = rest.replace(/\/+$/, '').split('/');
  try {
    return [typed.map((part) => decodeURIComponent(part)), typed];
  } catch {
    return [typed];
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
