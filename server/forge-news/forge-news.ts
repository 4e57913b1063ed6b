import type { EventPayloads } from '../protocol/event.js';

type Told<Type extends keyof EventPayloads> = { type: Type; payload: EventPayloads[Type] };

/** What is written into the rooms, if anything: a check that has just begun is kept and not told. */
export type Telling =
  | Told<
      | 'pull-request.opened'
      | 'pull-request.reopened'
      | 'pull-request.drafted'
      | 'pull-request.readied'
      | 'pull-request.closed'
      | 'pull-request.merged'
    >
  | Told<'review.submitted' | 'review.dismissed'>
  | Told<'check.passed' | 'check.failed'>;

/** What the forge has told of something that stands beside a branch. */
export type ForgeNews = {
  repositoryId: number;
  /** Those whose rooms it is about. */
  branches: readonly string[];
  /** A check's: it counts where this is the branch's head, and nowhere else. */
  sha: string | null;
  subject: string;
  state: string;
  /** Of two states of the same second the higher one came later. */
  rank: number;
  saidAt: Date;
  /** The forge's id of who did it; null for a program. */
  byForgeUser: number | null;
  telling: Telling | null;
};
