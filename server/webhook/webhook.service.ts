import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Webhooks } from '@octokit/webhooks';
import { BranchSyncService } from '../branch-sync/branch-sync.service.js';
import { ForgeNewsService } from '../forge-news/forge-news.service.js';
import { ForgeTokenService } from '../forge-account/forge-token.service.js';
import { log } from '../platform/log.js';
import { webhookDeliveries } from '../platform/metrics.js';
import { WebhookSecret } from '../platform/webhook-secret.js';
import { BranchListService } from '../workspace/branch-list.service.js';
import { workOf, type WebhookWork } from './webhook-work.js';
import { WebhookRepository } from './webhook.repository.js';

export type Delivery = { guid: string; event: string; signature: string; body: string };

/** `taken` is being worked on; `known` was handled before; `ignored` is nothing to Perch. */
export type Reception = 'taken' | 'known' | 'ignored' | 'unsigned' | 'malformed';

const FORGET_MS = 3_600_000;

/**
 * What the forge tells by itself. A delivery only says where to look: the
 * forge is asked how things stand, so that one that comes late, twice, or
 * after a newer one changes nothing that is true (GIT8). Of pull requests,
 * reviews and checks it is the news itself, and its own time says what is newer.
 */
@Injectable()
export class WebhookService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #webhooks: Webhooks | undefined;
  readonly #underWay = new Set<Promise<void>>();
  #forgetting: NodeJS.Timeout | undefined;

  constructor(
    secret: WebhookSecret,
    private readonly repository: WebhookRepository,
    private readonly branches: BranchSyncService,
    private readonly branchList: BranchListService,
    private readonly tokens: ForgeTokenService,
    private readonly news: ForgeNewsService,
  ) {
    this.#webhooks = secret.value === undefined ? undefined : new Webhooks({ secret: secret.value });
  }

  onApplicationBootstrap(): void {
    this.#forgetting = setInterval(() => {
      Promise.all([this.repository.forgetOld(), this.news.forgetOld()]).catch((error: unknown) =>
        log.warn({ err: error }, 'old deliveries are removed later'),
      );
    }, FORGET_MS);
    this.#forgetting.unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#forgetting);
    await Promise.all(this.#underWay);
  }

  /** Whether there is a secret that a delivery could be signed with. */
  get isOpen(): boolean {
    return this.#webhooks !== undefined;
  }

  /** Says at once what becomes of a delivery; the work goes on after that. */
  async receive(delivery: Delivery): Promise<Reception> {
    const reception = await this.#receive(delivery);
    // What nobody has signed is no name to count by.
    const event = reception === 'unsigned' ? '' : delivery.event;
    webhookDeliveries.inc({ event, outcome: reception });
    return reception;
  }

  async #receive({ guid, event, signature, body }: Delivery): Promise<Reception> {
    if (!this.#webhooks || !(await this.#webhooks.verify(body, signature))) return 'unsigned';
    let work: WebhookWork | null;
    try {
      work = workOf(event, JSON.parse(body));
    } catch (error) {
      log.warn({ err: error, event, guid }, 'a signed delivery is not what its event has');
      return 'malformed';
    }
    if (!work || work.kind === 'nothing') return 'ignored';
    const repositoryId = work.kind === 'consent' ? null : work.repositoryId;
    if (repositoryId !== null && !(await this.repository.isKnownRepository(repositoryId))) return 'ignored';
    if (work.kind === 'news' && (await this.news.rooms(work.news)).length === 0) return 'ignored';
    if (!(await this.repository.take(guid, event))) return 'known';
    const done = this.#work(guid, event, work);
    this.#underWay.add(done);
    void done.finally(() => this.#underWay.delete(done));
    return 'taken';
  }

  async #work(guid: string, event: string, work: Exclude<WebhookWork, { kind: 'nothing' }>): Promise<void> {
    try {
      if (work.kind === 'rights') await this.repository.callRightsIntoQuestion(work.repositoryId);
      else if (work.kind === 'consent') await this.tokens.revoked(work.forgeUserId);
      else if (work.kind === 'news') await this.news.tell(work.news);
      else {
        const { pusher, headSha, isForced, isDeleted } = work;
        await this.branchList.forget(work.repositoryId);
        const hint = { pusher, headSha, isForced, isDeleted };
        await this.branches.lookByBranch(work.repositoryId, work.branch, hint);
      }
      await this.repository.settle(guid, 'done');
    } catch (error) {
      log.warn({ err: error, guid, event }, 'a delivery was not handled; it may be sent again');
      webhookDeliveries.inc({ event, outcome: 'failed' });
      await this.repository.settle(guid, 'failed').catch(() => {
        // It counts as stuck, and may be sent again after a while.
      });
    }
  }
}
