import { LRUCache } from 'lru-cache';
import type { Octokit } from 'octokit';
import type { FileMode, TreeEntry } from '../protocol/file.js';
import { told } from './github-refusal.js';

export type ForgeTree = { entries: TreeEntry[]; truncated: boolean };

/** Of all trees that are remembered together; an entry is some 300 bytes. */
const ENTRIES_CACHED = 1_000_000;
/** Of one tree's folders at once. */
const CONCURRENCY = 8;
/** What one tree may cost of the hour's 5,000 requests. A tree that needs more stays truncated. */
const REQUESTS_MAX = 500;

type Listing = { sha: string; truncated: boolean; tree: RawEntry[] };
type RawEntry = { path: string; mode: string; type: string; sha: string; size?: number };
type Name = { owner: string; repo: string };
type Allowance = { requests: number };

/**
 * Whole trees. Where the forge cuts a recursive listing off, its folders are
 * listed one by one, as deep as it takes; a folder is known by its id, so the
 * next commit's tree costs only the folders that have changed.
 */
export class GithubTrees {
  readonly #trees = new LRUCache<string, ForgeTree>({
    maxSize: ENTRIES_CACHED,
    sizeCalculation: ({ entries }) => entries.length + 1,
  });
  /** Who asks while somebody else does waits for the same answer. */
  readonly #underWay = new Map<string, Promise<ForgeTree>>();

  constructor(private readonly octokit: Octokit) {}

  /** @param sha a commit or tree, which never changes */
  async get(name: Name, sha: string): Promise<ForgeTree> {
    const key = `${name.owner}/${name.repo}/${sha}`;
    const known = this.#trees.get(key) ?? this.#underWay.get(key);
    if (known) return known;
    const asked = this.#read(name, sha, { requests: REQUESTS_MAX });
    this.#underWay.set(key, asked);
    try {
      const tree = await asked;
      this.#trees.set(key, tree);
      return tree;
    } finally {
      this.#underWay.delete(key);
    }
  }

  async #read(name: Name, sha: string, allowance: Allowance): Promise<ForgeTree> {
    const whole = await this.#list(name, sha, true, allowance);
    if (!whole.truncated) return { entries: filesOf(whole.tree), truncated: false };
    if (allowance.requests <= 0) return { entries: filesOf(whole.tree), truncated: true };
    const level = await this.#list(name, sha, false, allowance);
    const folders = level.tree.filter((entry) => entry.type === 'tree');
    const below = new Map<string, ForgeTree>();
    const waiting = [...folders];
    const work = async (): Promise<void> => {
      for (let folder = waiting.shift(); folder; folder = waiting.shift())
        below.set(folder.path, await this.#folder(name, folder.sha, allowance));
    };
    await Promise.all(Array.from({ length: Math.min(CONCURRENCY, folders.length) }, work));
    const entries = level.tree.flatMap((entry) => {
      if (entry.type !== 'tree') return filesOf([entry]);
      const inside = below.get(entry.path)?.entries ?? [];
      return inside.map((each) => ({ ...each, path: `${entry.path}/${each.path}` }));
    });
    const truncated = level.truncated || [...below.values()].some((each) => each.truncated);
    return { entries, truncated };
  }

  async #folder(name: Name, sha: string, allowance: Allowance): Promise<ForgeTree> {
    const key = `${name.owner}/${name.repo}/${sha}`;
    const known = this.#trees.get(key);
    if (known) return known;
    if (allowance.requests <= 0) return { entries: [], truncated: true };
    const tree = await this.#read(name, sha, allowance);
    if (!tree.truncated) this.#trees.set(key, tree);
    return tree;
  }

  async #list(name: Name, sha: string, recursive: boolean, allowance: Allowance): Promise<Listing> {
    allowance.requests--;
    const { data } = await told(
      this.octokit.rest.git.getTree({ ...name, tree_sha: sha, ...(recursive && { recursive: 'true' }) }),
    );
    return data as Listing;
  }
}

function filesOf(tree: readonly RawEntry[]): TreeEntry[] {
  return tree
    .filter((entry) => entry.type !== 'tree')
    .map(({ path, mode, sha, size }) => ({ path, mode: mode as FileMode, sha, size }));
}
