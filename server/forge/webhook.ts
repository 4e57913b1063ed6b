import { createHmac, randomUUID } from 'node:crypto';
import { hookAnswer, repositoryAnswer, userAnswer, type Addresses } from './answers.js';
import { ZERO } from './git/object-store.js';
import { pushedCommits } from './git/pushed-commits.js';
import type { Moved } from './git/ref-store.js';
import type { Delivery, ForgeUser, HostedRepository, Hook } from './hosted-repository.js';
import { Turns } from './turns.js';

const DELIVERY_TIMEOUT_MS = 10_000;
const DELIVERIES_KEPT = 100;
/** Of a push; whoever wants more compares. */
const COMMITS_TOLD = 2048;
/** Of what a hook answers. Characters. */
const ANSWER_KEPT = 10_000;
/** Of a hook, under way together: a push of thousands of branches is as many deliveries, each with git at work for it. */
const AT_ONCE = 8;

/**
 * Tells a repository's hooks of moved refs, signed as GitHub signs. What a
 * hook missed is not sent again unless somebody asks for it.
 */
export class WebhookSender {
  readonly #underWay = new Set<Promise<void>>();
  readonly #turns = new WeakMap<Hook, Turns>();
  #isStopping = false;
  #nextId = 1;
  #nextHookId = 1;

  constructor(private readonly addresses: Addresses) {}

  /** Tells somebody from now on, as long as the forge runs. */
  add(
    repository: HostedRepository,
    { url, secret, events, active }: Pick<Hook, 'url' | 'secret' | 'events' | 'active'>,
  ): Hook {
    const now = new Date().toISOString();
    const id = this.#nextHookId++;
    const hook: Hook = { id, url, secret, events, active, createdAt: now, updatedAt: now, deliveries: [] };
    repository.hooks.set(id, hook);
    return hook;
  }

  moved(repository: HostedRepository, user: ForgeUser, moves: readonly Moved[]): void {
    for (const hook of repository.hooks.values()) {
      if (!hook.active) continue;
      for (const move of moves) {
        const isNew = move.before === null || move.after === null;
        const made = move.before === null ? 'create' : 'delete';
        if (isNew && wants(hook, made))
          this.#start(hook, made, () => this.#refPayload(repository, user, move));
        if (wants(hook, 'push')) this.#start(hook, 'push', () => this.#pushPayload(repository, user, move));
      }
    }
  }

  /** Whatever else has happened. */
  tell(repository: HostedRepository, user: ForgeUser, event: string, told: Record<string, unknown>): void {
    // What it is called now, whatever comes after.
    const context = this.#context(repository, user);
    for (const hook of repository.hooks.values())
      if (hook.active && wants(hook, event))
        this.#start(hook, event, async () => ({ ...told, ...(await context) }));
  }

  ping(repository: HostedRepository, user: ForgeUser, hook: Hook): void {
    this.#start(hook, 'ping', async () => ({
      zen: 'Half measures are as bad as nothing at all.',
      hook_id: hook.id,
      hook: hookAnswer(repository, hook, this.addresses),
      ...(await this.#context(repository, user)),
    }));
  }

  /** The same payload under the same guid, as a delivery of its own. */
  redeliver(hook: Hook, { guid, event, request }: Delivery): void {
    this.#start(hook, event, () => Promise.resolve(request.payload), guid);
  }

  /** Waits for what is under way; what waits for its turn is not told. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#underWay);
  }

  #start(hook: Hook, event: string, payload: () => Promise<Record<string, unknown>>, guid?: string): void {
    const turns = this.#turns.get(hook) ?? new Turns(AT_ONCE);
    this.#turns.set(hook, turns);
    const delivery = turns
      .take(async () => {
        if (!this.#isStopping) await this.#deliver(hook, event, await payload(), guid);
      })
      // A repository that is gone by now has nothing to tell.
      .catch(() => {});
    this.#underWay.add(delivery);
    void delivery.finally(() => this.#underWay.delete(delivery));
  }

  async #context(repository: HostedRepository, user: ForgeUser) {
    const head = await repository.refs.head();
    return {
      repository: repositoryAnswer(repository, 'read', head, this.addresses),
      sender: userAnswer(user, this.addresses),
    };
  }

  async #refPayload(repository: HostedRepository, user: ForgeUser, { ref, after }: Moved) {
    return {
      ref: ref.replace(/^refs\/(?:heads|tags)\//, ''),
      ref_type: ref.startsWith('refs/tags/') ? 'tag' : 'branch',
      ...(after !== null && {
        master_branch: await repository.refs.head(),
        description: repository.options.description,
      }),
      pusher_type: 'user',
      ...(await this.#context(repository, user)),
    };
  }

  async #pushPayload(repository: HostedRepository, user: ForgeUser, { ref, before, after }: Moved) {
    const isMove = before !== null && after !== null;
    const [commits, forced, context] = await Promise.all([
      after === null ? [] : this.#pushed(repository, { ref, before, after }),
      isMove && repository.objects.isAncestor(before, after).then((follows) => !follows),
      this.#context(repository, user),
    ]);
    // A ref that moved to what others have already is told of that commit all the same.
    const [head] =
      after === null || commits.at(-1)?.id === after
        ? commits.slice(-1)
        : await this.#told(repository, [after], new Set());
    return {
      ref,
      before: before ?? ZERO,
      after: after ?? ZERO,
      created: before === null,
      deleted: after === null,
      forced,
      base_ref: null,
      compare: `${this.addresses.web}/${repository.owner}/${repository.name}/compare/${before ?? ZERO}...${after ?? ZERO}`,
      commits,
      head_commit: head ?? null,
      pusher: { name: user.name, email: user.email },
      ...context,
    };
  }

  /** What a push brought to its ref, the oldest first. */
  async #pushed(repository: HostedRepository, move: { ref: string; before: string | null; after: string }) {
    const { all, fresh } = await repository.objects.gained(move, COMMITS_TOLD);
    return this.#told(repository, all, fresh);
  }

  /** Commits as a delivery has them. */
  async #told(repository: HostedRepository, ids: readonly string[], fresh: ReadonlySet<string>) {
    const html = `${this.addresses.web}/${repository.owner}/${repository.name}/commit`;
    const commits = await pushedCommits(repository.path, ids);
    return commits.map(({ sha, tree, committer, ...commit }) => ({
      id: sha,
      tree_id: tree,
      distinct: fresh.has(sha),
      timestamp: committer.date,
      url: `${html}/${sha}`,
      committer,
      ...commit,
    }));
  }

  async #deliver(
    hook: Hook,
    event: string,
    payload: Record<string, unknown>,
    repeated: string | undefined,
  ): Promise<void> {
    const body = JSON.stringify(payload);
    const guid = repeated ?? randomUUID();
    const headers = {
      'Content-Type': 'application/json',
      'User-Agent': 'GitHub-Hookshot/perch',
      'X-GitHub-Event': event,
      'X-GitHub-Hook-ID': String(hook.id),
      'X-GitHub-Delivery': guid,
      ...(hook.secret ? { 'X-Hub-Signature-256': signature(hook.secret, body) } : {}),
    };
    const start = performance.now();
    const answer = await call(hook.url, body, headers);
    hook.deliveries.unshift({
      id: this.#nextId++,
      guid,
      event,
      deliveredAt: new Date().toISOString(),
      duration: (performance.now() - start) / 1000,
      redelivery: repeated !== undefined,
      request: { headers, payload },
      ...answer,
    });
    hook.deliveries.splice(DELIVERIES_KEPT);
  }
}

function wants(hook: Hook, event: string): boolean {
  return hook.events.includes(event) || hook.events.includes('*');
}

function signature(secret: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

async function call(
  url: string,
  body: string,
  headers: Record<string, string>,
): Promise<Pick<Delivery, 'status' | 'statusCode' | 'response'>> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      body,
      headers,
      signal: AbortSignal.timeout(DELIVERY_TIMEOUT_MS),
    });
    const payload = (await answer.text()).slice(0, ANSWER_KEPT);
    return {
      status: answer.ok ? 'OK' : `Invalid HTTP Response: ${answer.status}`,
      statusCode: answer.status,
      response: { headers: Object.fromEntries(answer.headers), payload },
    };
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    return {
      status: isLate ? 'timed out' : 'failed to connect to host',
      statusCode: 0,
      response: { headers: {}, payload: '' },
    };
  }
}
