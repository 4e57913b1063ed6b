import { createHmac, randomUUID } from 'node:crypto';
import { repositoryAnswer, userAnswer, type Addresses } from './answers.js';
import { ZERO } from './git/object-store.js';
import type { Moved } from './git/ref-store.js';
import type { ForgeUser, HostedRepository } from './hosted-repository.js';

const DELIVERY_TIMEOUT_MS = 10_000;

/** Tells a repository's hooks of moved refs, signed as GitHub signs. A hook that does not answer is not asked again. */
export class WebhookSender {
  readonly #underWay = new Set<Promise<void>>();

  constructor(private readonly addresses: Addresses) {}

  moved(repository: HostedRepository, user: ForgeUser, moves: readonly Moved[]): void {
    for (const hook of repository.hooks.values()) {
      if (!hook.events.includes('push') && !hook.events.includes('*')) continue;
      for (const move of moves) {
        const delivery = this.#deliver(repository, user, move, hook).catch(() => {});
        this.#underWay.add(delivery);
        void delivery.finally(() => this.#underWay.delete(delivery));
      }
    }
  }

  /** Waits for what is under way. */
  async stop(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  async #deliver(
    repository: HostedRepository,
    user: ForgeUser,
    { ref, before, after }: Moved,
    hook: { url: string; secret: string | undefined },
  ): Promise<void> {
    const head = after && (await repository.objects.readCommit(after));
    const body = JSON.stringify({
      ref,
      before: before ?? ZERO,
      after: after ?? ZERO,
      created: before === null,
      deleted: after === null,
      forced: before !== null && after !== null && !(await repository.objects.isAncestor(before, after)),
      base_ref: null,
      compare: `${this.addresses.web}/${repository.owner}/${repository.name}/compare/${before ?? ZERO}...${after ?? ZERO}`,
      commits: [],
      head_commit: head && {
        id: head.sha,
        tree_id: head.tree,
        message: head.message,
        timestamp: head.committer.date,
        author: head.author,
      },
      repository: repositoryAnswer(repository, 'read', await repository.refs.head(), this.addresses),
      pusher: { name: user.name, email: user.email },
      sender: userAnswer(user, this.addresses),
    });
    await fetch(hook.url, {
      method: 'POST',
      body,
      signal: AbortSignal.timeout(DELIVERY_TIMEOUT_MS),
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': 'GitHub-Hookshot/perch',
        'X-GitHub-Event': 'push',
        'X-GitHub-Delivery': randomUUID(),
        ...(hook.secret
          ? {
              'X-Hub-Signature-256': `sha256=${createHmac('sha256', hook.secret).update(body).digest('hex')}`,
            }
          : {}),
      },
    });
  }
}
