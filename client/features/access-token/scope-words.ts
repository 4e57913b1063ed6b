import type { AccessScope } from '@protocol/access-token.js';

/** What each scope lets a program do, in words. */
export const SCOPE_WORDS: Record<AccessScope, string> = {
  'events:read': 'Hear and read what happens',
  'events:write': 'Add events of its own',
  'presence:read': 'See who is there',
  'presence:write': 'Say where you are',
};
