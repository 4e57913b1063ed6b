import type { Octokit } from 'octokit';
import { ProtocolError } from '../protocol/error.js';
import type { GithubApp, Installed, NotInstalled } from './github-app.js';
import { orNull, told } from './github-refusal.js';
import { log } from './log.js';

export type ForgeRepository = {
  id: number;
  nodeId: string;
  owner: string;
  name: string;
  defaultBranch: string;
  private: boolean;
  description: string | null;
  url: string;
  permission: 'read' | 'write' | 'admin';
};

const PER_PAGE = 100;

/** Repositories that a token sees; of an App, those that it is installed on and no other. */
export class GithubRepositories {
  /** By installation. */
  readonly #lists = new Map<number, ForgeRepository[]>();

  constructor(
    private readonly octokit: Octokit,
    private readonly app: GithubApp | null,
  ) {}

  async get(owner: string, repo: string): Promise<ForgeRepository | null> {
    const installed = this.app ? await this.app.of(owner, repo) : undefined;
    if (installed === null) return null;
    const answer = await orNull(this.octokit.rest.repos.get({ owner, repo }));
    return answer && this.#told(answer.data, installed);
  }

  async getById(id: number): Promise<ForgeRepository | null> {
    if (!this.app) {
      const answer = await orNull(this.octokit.request('GET /repositories/{id}', { id }));
      return answer && this.#told(answer.data as RepositoryAnswer, undefined);
    }
    const known = this.app.nameOf(id);
    const likely = known && (await this.app.of(known.owner, known.repo));
    const found =
      (likely && (await this.#seen(id, likely))) ??
      (await this.#anywhere(id, await this.app.installations()));
    // Whoever sees it, as anybody sees what is public, need not be installed on it.
    return found && this.get(found.owner, found.name);
  }

  async list(): Promise<ForgeRepository[]> {
    const { app } = this;
    if (!app) {
      const asked = this.octokit.paginate(this.octokit.rest.repos.listForAuthenticatedUser, {
        per_page: PER_PAGE,
        sort: 'pushed',
      });
      return (await told(asked)).map((each) => this.#told(each, undefined));
    }
    const installations = await app.installations();
    return (await Promise.all(installations.map((each) => this.#listed(each)))).flat();
  }

  /** Anywhere on the forge by words of their names, the best match first. */
  async search(words: string, limit: number): Promise<ForgeRepository[]> {
    // An App reaches nothing that is not in its list already.
    if (this.app) return [];
    const { data } = await told(
      this.octokit.rest.search.repos({ q: `${words} in:name fork:true`, per_page: limit }),
    );
    return data.items.flatMap((each) =>
      each.owner ? [this.#told(each as RepositoryAnswer, undefined)] : [],
    );
  }

  /** For whoever may know of it: what is to be done, where the App is not installed on it. */
  async absence(owner: string, repo: string): Promise<NotInstalled | null> {
    return this.app && !(await this.app.of(owner, repo)) ? this.app.absence(`${owner}/${repo}`) : null;
  }

  /** Of one that cannot be asked now, what it said last: the others are not held up. */
  async #listed(installation: Installed): Promise<ForgeRepository[]> {
    try {
      const all = await this.#reached(installation);
      this.#lists.set(installation.id, all);
      return all;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      log.warn({ err: error, installation: installation.account }, 'an installation could not be asked');
      return this.#lists.get(installation.id) ?? [];
    }
  }

  /** Octokit's own paging would forget by which installation it asks. */
  async #reached(installation: Installed): Promise<ForgeRepository[]> {
    const all: ForgeRepository[] = [];
    for (let page = 1; ; page++) {
      const asked = this.octokit.request('GET /installation/repositories', {
        per_page: PER_PAGE,
        page,
        request: { installation },
      });
      const { repositories } = (await told(asked)).data;
      all.push(...repositories.map((each) => this.#told(each as RepositoryAnswer, installation)));
      if (repositories.length < PER_PAGE) return all;
    }
  }

  async #anywhere(id: number, installations: readonly Installed[]): Promise<ForgeRepository | null> {
    for (const installed of installations) {
      const found = await this.#seen(id, installed);
      if (found) return found;
    }
    return null;
  }

  async #seen(id: number, installation: Installed): Promise<ForgeRepository | null> {
    const asked = this.octokit.request('GET /repositories/{id}', { id, request: { installation } });
    try {
      const answer = await orNull(asked);
      return answer && toRepository(answer.data as RepositoryAnswer);
    } catch (error) {
      // Not for this installation to see. That its limit is used up says nothing of the repository.
      if (error instanceof ProtocolError && error.code === 'forbidden') return null;
      throw error;
    }
  }

  #told(answer: RepositoryAnswer, installed: Installed | undefined): ForgeRepository {
    const repository = toRepository(answer);
    this.app?.learn(repository);
    // An App has no role: who administers is what people's own rights say.
    if (installed) repository.permission = installed.contents === 'write' ? 'admin' : 'read';
    return repository;
  }
}

type RepositoryAnswer = {
  id: number;
  node_id: string;
  name: string;
  owner: { login: string };
  default_branch: string;
  private: boolean;
  description: string | null;
  html_url: string;
  permissions?: { admin: boolean; push: boolean };
};

function toRepository(answer: RepositoryAnswer): ForgeRepository {
  return {
    id: answer.id,
    nodeId: answer.node_id,
    owner: answer.owner.login,
    name: answer.name,
    defaultBranch: answer.default_branch,
    private: answer.private,
    description: answer.description,
    url: answer.html_url,
    permission: answer.permissions?.admin ? 'admin' : answer.permissions?.push ? 'write' : 'read',
  };
}
