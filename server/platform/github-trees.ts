import { LRUCache } from 'lru-cache';
import type { Octokit } from 'octokit';
import { json } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ReadableStream } from 'node:stream/web';
import type { FileMode, TreeEntry } from '../protocol/file.js';
import { ForgeTree } from './forge-tree.js';
import { told } from './github-refusal.js';

/** Of all trees that are remembered together; an entry is some 300 bytes. */
const ENTRIES_CACHED = 1_000_000;
/** Of one tree's folders at once. */
const CONCURRENCY = 8;
/** What one tree may cost of the hour's 5,000 requests. What is left out then is listed when somebody looks into it. */
const REQUESTS_MAX = 500;
/** What a look into such a folder may cost. */
const FOLDER_REQUESTS_MAX = 50;
/** Entries put into a tree in one go, some 5 ms: others type meanwhile. */
const ENTRIES_A_TURN = 5_000;

type RawEntry = { path: string; mode: string; type: string; sha: string; size?: number };
type Answer = { sha: string; truncated: boolean; tree: RawEntry[] };
type Name = { owner: string; repo: string };
type Folder = { path: string; sha: string };
/** What one answer said of a folder: all files below it, or its own and the folders in it. Paths are below it. */
type Listing = { files: TreeEntry[]; folders: Folder[]; cut: boolean };

/**
 * Whole trees. Where the forge cuts a recursive listing off, its folders are
 * listed one by one, as deep as it takes; a folder is known by its id, so the
 * next commit's tree costs only the folders that have changed.
 */
export class GithubTrees {
  readonly #trees = new LRUCache<string, ForgeTree>({
    maxSize: ENTRIES_CACHED,
    sizeCalculation: ({ files }) => files.size + 1,
  });
  readonly #listings = new LRUCache<string, Listing>({
    maxSize: ENTRIES_CACHED,
    sizeCalculation: ({ files, folders }) => files.length + folders.length + 1,
  });
  /** Who asks while somebody else does waits for the same answer. */
  readonly #underWay = new Map<string, Promise<ForgeTree>>();

  /** Folders whose recursive listing was cut off, by place: they are not asked for whole again. */
  readonly #cutOff = new Set<string>();

  constructor(
    private readonly octokit: Octokit,
    private readonly requestsMax = REQUESTS_MAX,
  ) {}

  /** @param sha a commit or tree, which never changes */
  get(name: Name, sha: string): Promise<ForgeTree> {
    const known = this.#trees.get(`${name.owner}/${name.repo}/${sha}`);
    if (known) return Promise.resolve(known);
    return this.#once(name, sha, '', async () => {
      const tree = new ForgeTree();
      await this.#read(name, tree, { path: '', sha }, this.requestsMax);
      return tree;
    });
  }

  /** The tree, and what it takes to know whether it has this path. */
  async reaching(name: Name, sha: string, path: string): Promise<ForgeTree> {
    const tree = await this.get(name, sha);
    for (let above = tree.unlistedAbove(path); above !== null; above = tree.unlistedAbove(path))
      await this.#list(name, sha, tree, above);
    return tree;
  }

  #list(name: Name, sha: string, tree: ForgeTree, path: string): Promise<ForgeTree> {
    return this.#once(name, sha, path, async () => {
      const id = tree.unlisted.get(path);
      if (id === undefined) return tree;
      await this.#read(name, tree, { path, sha: id }, FOLDER_REQUESTS_MAX);
      tree.unlisted.delete(path);
      return tree;
    });
  }

  async #once(
    { owner, repo }: Name,
    sha: string,
    path: string,
    read: () => Promise<ForgeTree>,
  ): Promise<ForgeTree> {
    const key = `${owner}/${repo}/${sha}`;
    const known = this.#underWay.get(`${key}/${path}`);
    if (known) return known;
    const asked = read();
    this.#underWay.set(`${key}/${path}`, asked);
    try {
      const tree = await asked;
      // Once more where it has grown: its size is counted as it is put there.
      this.#trees.delete(key);
      this.#trees.set(key, tree);
      return tree;
    } finally {
      this.#underWay.delete(`${key}/${path}`);
    }
  }

  /** Puts what lies below a folder into a tree: the upper folders first, and as many as may be asked for. */
  async #read(name: Name, tree: ForgeTree, start: Folder, requestsMax: number): Promise<void> {
    const reading = { ...name, requests: requestsMax };
    const waiting = [start];
    while (waiting.length > 0) {
      await Promise.all(
        waiting.splice(0, CONCURRENCY).map(async ({ path, sha }) => {
          const known = this.#listings.get(`${name.owner}/${name.repo}/${sha}`);
          if (!known && reading.requests <= 0) {
            tree.unlisted.set(path, sha);
            return;
          }
          const listing = known ?? (await this.#ask(reading, sha, path));
          const below = path === '' ? '' : `${path}/`;
          waiting.push(...listing.folders.map((each) => ({ ...each, path: below + each.path })));
          if (listing.cut) tree.cut = true;
          await add(tree, below, listing.files);
        }),
      );
    }
  }

  async #ask(reading: Name & { requests: number }, sha: string, path: string): Promise<Listing> {
    const { owner, repo } = reading;
    const ask = async (recursive: boolean): Promise<Answer> => {
      reading.requests--;
      const asked = this.octokit.rest.git.getTree({
        owner,
        repo,
        tree_sha: sha,
        ...(recursive && { recursive: 'true' }),
        // Octokit would look for large numbers in 7 MB, which holds everybody up for half a second.
        request: { parseSuccessResponseBody: false },
      });
      return told(asked.then(({ data }) => json(data as unknown as ReadableStream) as Promise<Answer>));
    };
    const place = `${owner}/${repo}/${path}`;
    let answer = this.#cutOff.has(place) ? null : await ask(true);
    let folders: Folder[] = [];
    if (answer === null || answer.truncated) {
      this.#cutOff.add(place);
      answer = await ask(false);
      folders = answer.tree.filter((entry) => entry.type === 'tree').map((each) => pick(each));
    }
    const listing = { files: filesOf(answer.tree), folders, cut: answer.truncated };
    this.#listings.set(`${owner}/${repo}/${sha}`, listing);
    return listing;
  }
}

const pick = ({ path, sha }: RawEntry): Folder => ({ path, sha });

function filesOf(tree: readonly RawEntry[]): TreeEntry[] {
  return tree
    .filter((entry) => entry.type !== 'tree')
    .map(({ path, mode, sha, size }) => ({ path, mode: mode as FileMode, sha, size }));
}

async function add(tree: ForgeTree, below: string, files: readonly TreeEntry[]): Promise<void> {
  for (const [index, file] of files.entries()) {
    if (index % ENTRIES_A_TURN === ENTRIES_A_TURN - 1) await nextTurn();
    const path = below + file.path;
    tree.files.set(path, below === '' ? file : { ...file, path });
  }
}
