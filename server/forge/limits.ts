/** What GitHub does not go beyond. A test lowers them to stand where GitHub stands without its sizes. */
export type ForgeLimits = {
  /** Of a recursive tree; more is left out, and the answer says so. */
  treeEntries: number;
  /** Of a recursive tree's entries as JSON. */
  treeBytes: number;
  /** A larger blob is not handed out at all. */
  blobBytes: number;
  /** A larger file is listed by its path without its content, unless asked for raw. */
  contentsBytes: number;
  /** Of a folder listed by its path. */
  contentsEntries: number;
};

export const GITHUB_LIMITS: ForgeLimits = {
  treeEntries: 100_000,
  treeBytes: 7_000_000,
  blobBytes: 100_000_000,
  contentsBytes: 1_000_000,
  contentsEntries: 1_000,
};

/**
 * How often may be asked. Without it nobody is refused: a machine of one's
 * own needs no protection from its owner.
 */
export type ForgeRates = {
  requestsPerHour?: number;
  /** The secondary limit on whatever makes content. */
  writesPerMinute?: number;
  /** What a secondary refusal asks to wait. */
  retryAfterSeconds?: number;
  /** GitHub uses both. */
  refusalStatus?: 403 | 429;
};
