import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { GithubClient } from '../platform/github-client.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import type { ForgeNews } from './forge-news.js';
import { ForgeNewsService } from './forge-news.service.js';
import { NEWS } from './forge-payloads.js';

/** A delivery that takes longer is taken to be lost. */
const DELIVERED_MS = 2 * 60_000;
/** What was told is known for much longer: of what is older nobody can say whether it was told. */
const LOOK_BACK_MS = 7 * 24 * 60 * 60_000;
const LOOKED_AT_MAX = 5_000;

const user = z.object({ id: z.number().int(), login: z.string() }).nullish();
const listedPull = z.looseObject({
  number: z.number().int(),
  user,
  created_at: z.string(),
  updated_at: z.string(),
});
const change = z.object({
  event: z.string(),
  actor: user,
  created_at: z.string(),
  dismissed_review: z.object({ review_id: z.number().int() }).nullish(),
});
const review = z.looseObject({ id: z.number().int(), user, state: z.string() });
const checkRun = z.looseObject({
  status: z.string(),
  check_suite: z.looseObject({ id: z.number().int() }).nullable(),
});

type Change = z.output<typeof change>;
type Room = { workspaceId: string; branch: string };
type Place = { owner: string; repo: string; repositoryId: number };

/** Of a webhook's actions, what the list of changes calls them. */
const ACTIONS: Record<string, string> = {
  closed: 'closed',
  merged: 'closed',
  reopened: 'reopened',
  convert_to_draft: 'converted_to_draft',
  ready_for_review: 'ready_for_review',
};

/**
 * What no webhook told of pull requests, reviews and checks, told later: each
 * as the webhook would have been, so that what was told is not told again.
 */
@Injectable()
export class MissedNewsService {
  /** When a pull request was changed last, as of its last look. */
  readonly #looked = new LRUCache<string, string>({ max: LOOKED_AT_MAX });

  constructor(
    private readonly news: ForgeNewsService,
    private readonly workspaces: WorkspaceService,
    private readonly github: GithubClient,
  ) {}

  /**
   * @param rooms of one repository
   * @param checked those of them whose checks are looked at, two questions each
   * @throws {ProtocolError}
   */
  async look(rooms: readonly Room[], checked: readonly Room[]): Promise<void> {
    const [first] = rooms;
    if (!first) return;
    const { repository } = await this.workspaces.find(first.workspaceId);
    const place = { owner: repository.owner, repo: repository.repo, repositoryId: repository.id };
    await this.#lookAtPullRequests(place);
    for (const room of checked) await this.#lookAtChecks(place, room);
  }

  async #lookAtPullRequests(place: Place): Promise<void> {
    const { owner, repo, repositoryId } = place;
    for (const listed of await this.github.news.pullRequests(owner, repo)) {
      const pull = listedPull.parse(listed);
      const key = `${repositoryId} ${pull.number}`;
      if (!isLate(new Date(pull.updated_at)) || this.#looked.get(key) === pull.updated_at) continue;
      const opened = saidBy(pull.user, (sender) =>
        NEWS.pull_request({
          action: 'opened',
          pull_request: { ...pull, updated_at: pull.created_at },
          repository: { id: repositoryId },
          sender,
        }),
      );
      // Of a branch that nobody has opened nothing more is asked.
      if (opened.length > 0 && (await this.news.rooms(opened[0]!)).length > 0)
        await this.#tell([...opened, ...(await this.#since(place, pull))]);
      this.#looked.set(key, pull.updated_at);
    }
  }

  /** All that was done with a pull request after it was opened. */
  async #since(place: Place, pull: z.output<typeof listedPull>): Promise<ForgeNews[]> {
    const { owner, repo, repositoryId } = place;
    const repository = { id: repositoryId };
    const [changes, reviews] = await Promise.all([
      this.github.news.changes(owner, repo, pull.number).then((found) => change.array().parse(found)),
      this.github.news.reviews(owner, repo, pull.number).then((found) => review.array().parse(found)),
    ]);
    const merged = changes.find(({ event }) => event === 'merged');
    const isDone = (each: Change) =>
      Object.hasOwn(ACTIONS, each.event) &&
      // To merge closes it: that is one thing.
      !(merged && each.event === 'closed' && each.created_at >= merged.created_at);
    const done = changes.filter(isDone).flatMap(({ event, actor, created_at }) =>
      saidBy(actor, (sender) =>
        NEWS.pull_request({
          action: ACTIONS[event],
          pull_request: { ...pull, updated_at: created_at, merged: event === 'merged' },
          repository,
          sender,
        }),
      ),
    );
    const said = reviews.flatMap((each) => {
      const state = each.state.toLowerCase();
      const dismissed = changes.find(({ dismissed_review: of }) => of?.review_id === each.id);
      const isDismissed = state === 'dismissed';
      return saidBy(isDismissed ? dismissed?.actor : each.user, (sender) =>
        NEWS.pull_request_review({
          action: isDismissed ? 'dismissed' : 'submitted',
          review: { ...each, state },
          pull_request: pull,
          repository,
          sender,
        }),
      );
    });
    return [...done, ...said];
  }

  async #lookAtChecks({ owner, repo, repositoryId }: Place, room: Room): Promise<void> {
    const { baseCommit: sha } = await this.workspaces.find(room.workspaceId);
    if (sha === null) return;
    const repository = { id: repositoryId };
    const [runs, statuses] = await Promise.all([
      this.github.news.checkRuns(owner, repo, sha),
      this.github.news.statuses(owner, repo, sha),
    ]);
    const ran = checkRun
      .array()
      .parse(runs)
      .filter(({ status }) => status === 'completed');
    await this.#tell([
      ...ran.flatMap((run) => {
        const of = {
          ...run,
          check_suite: { ...run.check_suite, head_branch: room.branch },
          pull_requests: [],
        };
        return NEWS.check_run({ action: 'completed', check_run: of, repository }) ?? [];
      }),
      ...statuses.flatMap((status) => {
        const of = { ...z.looseObject({}).parse(status), sha, branches: [{ name: room.branch }], repository };
        return NEWS.status(of) ?? [];
      }),
    ]);
  }

  /** In the order it happened. */
  async #tell(news: readonly ForgeNews[]): Promise<void> {
    const late = news.filter(({ saidAt }) => isLate(saidAt));
    for (const each of late.toSorted((one, other) => Number(one.saidAt) - Number(other.saidAt)))
      await this.news.tellLate(each);
  }
}

function isLate(saidAt: Date): boolean {
  const agoMs = Date.now() - saidAt.getTime();
  return agoMs > DELIVERED_MS && agoMs < LOOK_BACK_MS;
}

/** By an account that is gone nothing is told: nobody could be named. */
function saidBy(
  who: z.output<typeof user>,
  read: (sender: NonNullable<z.output<typeof user>>) => ForgeNews | null,
): ForgeNews[] {
  const news = who ? read(who) : null;
  return news ? [news] : [];
}
