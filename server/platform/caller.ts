import type { AccessScope } from '../protocol/access-token.js';
import type { Account } from '../protocol/user.js';

/** What a program's access token lets it do. */
export type Grant = {
  tokenId: string;
  name: string;
  scopes: readonly AccessScope[];
  /** The one repository it is for, or null for all its person may see. */
  repositoryId: number | null;
};

/** Who asks: a person at a browser, or a program in that person's name. */
export type Caller = {
  account: Account;
  /** Null where the person asks, by a session. */
  grant: Grant | null;
  /** The same caller as things are now; null once the session or the token has ended. */
  again(): Promise<Caller | null>;
};
