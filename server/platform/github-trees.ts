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
/** What reading one tree may cost still, and whose it is. */
type Reading = Name & { requests: number };

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

  /** Folders whose recursive listing was cut off, by place: they are not asked for whole again. */
  readonly #cutOff = new Set<string>();

  constructor(private readonly octokit: Octokit) {}

  /** @param sha a commit or tree, which never changes */
  async get(name: Name, sha: string): Promise<ForgeTree> {
    const key = `${name.owner}/${name.repo}/${sha}`;
    const known = this.#trees.get(key) ?? this.#underWay.get(key);
    if (known) return known;
    const asked = this.#read({ ...name, requests: REQUESTS_MAX }, sha, '');
    this.#underWay.set(key, asked);
    try {
      const tree = await asked;
      this.#trees.set(key, tree);
      return tree;
    } finally {
      this.#underWay.delete(key);
    }
  }

  async #read(reading: Reading, sha: string, path: string): Promise<ForgeTree> {
    const place = `${reading.owner}/${reading.repo}/${path}`;
    if (!this.#cutOff.has(place)) {
      const whole = await this.#list(reading, sha, true);
      if (!whole.truncated) return { entries: filesOf(whole.tree), truncated: false };
      if (reading.requests <= 0) return { entries: filesOf(whole.tree), truncated: true };
      this.#cutOff.add(place);
    }
    const level = await this.#list(reading, sha, false);
    const folders = level.tree.filter((entry) => entry.type === 'tree');
    const below = new Map<string, ForgeTree>();
    const waiting = [...folders];
    const work = async (): Promise<void> => {
      for (let folder = waiting.shift(); folder; folder = waiting.shift())
        below.set(folder.path, await this.#folder(reading, folder.sha, `${path}${folder.path}/`));
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

  async #folder(reading: Reading, sha: string, path: string): Promise<ForgeTree> {
    const key = `${reading.owner}/${reading.repo}/${sha}`;
    const known = this.#trees.get(key);
    if (known) return known;
    if (reading.requests <= 0) return { entries: [], truncated: true };
    const tree = await this.#read(reading, sha, path);
    if (!tree.truncated) this.#trees.set(key, tree);
    return tree;
  }

  async #list(reading: Reading, sha: string, recursive: boolean): Promise<Listing> {
    reading.requests--;
    const { owner, repo } = reading;
    const { data } = await told(
      this.octokit.rest.git.getTree({ owner, repo, tree_sha: sha, ...(recursive && { recursive: 'true' }) }),
    );
    return data as Listing;
  }
}

function filesOf(tree: readonly RawEntry[]): TreeEntry[] {
  return tree
    .filter((entry) => entry.type !== 'tree')
    .map(({ path, mode, sha, size }) => ({ path, mode: mode as FileMode, sha, size }));
}
