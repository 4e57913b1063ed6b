import { Injectable } from '@nestjs/common';
import { PersonGithub } from '../forge-account/person-github.js';
import { GithubClient } from '../platform/github-client.js';
import type { ForgeRepository } from '../platform/github-repositories.js';
import { ProtocolError } from '../protocol/error.js';
import { branchNameAdvice, isBranchName, type Branch, type RepositoryRef } from '../protocol/repository.js';
import type { Account } from '../protocol/user.js';
import { AccessService } from './access.service.js';
import { BranchListService } from './branch-list.service.js';
import { generateName } from './branch-names.js';

/** Which name a new branch is to have: this one, or one that begins so and that nobody has. */
export type WantedName = { newBranch?: string; prefix?: string };

const TRIES = 12;

/** Makes branches. Of many who ask for the same name at once exactly one has it; the forge decides. */
@Injectable()
export class BranchCreationService {
  constructor(
    private readonly access: AccessService,
    private readonly github: GithubClient,
    private readonly people: PersonGithub,
    private readonly list: BranchListService,
  ) {}

  /** @throws {ProtocolError} `not-found` without the repository or the base, `forbidden`, `unprocessable` where the name is taken or none */
  async create(
    account: Account,
    wanted: RepositoryRef & WantedName & { baseBranch: string },
  ): Promise<Branch> {
    const { repository } = await this.access.requireByName(account, wanted.owner, wanted.repo, 'write');
    const { owner, name } = repository;
    const { baseBranch } = wanted;
    const sha = isBranchName(baseBranch) ? await this.github.getBranchHead(owner, name, baseBranch) : null;
    if (!sha) throw new ProtocolError('not-found', `There is no branch ${baseBranch} in ${owner}/${name}.`);
    return this.createAt(account, repository, sha, wanted);
  }

  /** For whoever may write to the repository. @param sha the commit it begins at */
  async createAt(
    account: Account,
    repository: ForgeRepository,
    sha: string,
    wanted: WantedName,
  ): Promise<Branch> {
    const { newBranch, prefix = '' } = wanted;
    const made =
      newBranch === undefined
        ? await this.#createGenerated(account, repository, sha, prefix)
        : await this.#createNamed(account, repository, sha, newBranch);
    await this.list.forget(repository.id);
    return { name: made, sha, protected: false, isDefault: false, committedAt: null, people: [] };
  }

  async #createNamed(
    account: Account,
    repository: ForgeRepository,
    sha: string,
    newBranch: string,
  ): Promise<string> {
    if (!isBranchName(newBranch)) throw refusedName(newBranch);
    // A look costs less than a refusal: of what is made, GitHub takes a limited number a minute.
    const isThere = await this.github.getBranchHead(repository.owner, repository.name, newBranch);
    if (!isThere && (await this.#create(account, repository, newBranch, sha)) === 'created') return newBranch;
    throw new ProtocolError(
      'unprocessable',
      `There is a branch ${newBranch} already. Open it, or choose another name.`,
    );
  }

  async #createGenerated(
    account: Account,
    repository: ForgeRepository,
    sha: string,
    prefix: string,
  ): Promise<string> {
    if (!isBranchName(`${prefix}x`)) throw refusedName(`${prefix}…`);
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const name = prefix + generateName(attempt);
      if (!isBranchName(name)) throw refusedName(name);
      if ((await this.#create(account, repository, name, sha)) === 'created') return name;
    }
    throw new ProtocolError('unavailable', `No free name that begins with ${prefix} was found. Try again.`);
  }

  async #create(
    account: Account,
    repository: ForgeRepository,
    branch: string,
    sha: string,
  ): Promise<'created' | 'exists'> {
    const { owner, name } = repository;
    try {
      return await this.people.as(account, (github) => github.createBranch(owner, name, branch, sha));
    } catch (error) {
      if (!(error instanceof ProtocolError) || error.code !== 'unprocessable') throw error;
      throw (await this.#inTheWay(owner, name, branch)) ?? error;
    }
  }

  /** Git keeps a branch as a file: beside `feat` there is no `feat/x`. */
  async #inTheWay(owner: string, repo: string, branch: string): Promise<ProtocolError | null> {
    const parts = branch.split('/');
    const above = parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
    const heads = await Promise.all(above.map((each) => this.github.getBranchHead(owner, repo, each)));
    const parent = above.find((_, index) => heads[index]);
    const [child] = parent ? [] : await this.github.listBranchNames(owner, repo, `${branch}/`);
    const other = parent ?? child;
    if (other === undefined) return null;
    return new ProtocolError(
      'unprocessable',
      `Git cannot have ${branch} beside the branch ${other}. Choose another name.`,
    );
  }
}

const refusedName = (name: string) => new ProtocolError('unprocessable', branchNameAdvice(name));
