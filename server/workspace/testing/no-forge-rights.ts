import type { ForgeTokenService } from '../../forge-account/forge-token.service.js';
import { GithubClient } from '../../platform/github-client.js';
import { ForgeRights } from '../forge-rights.js';

/** Where nobody has signed in at the forge. */
export function noForgeRights(): ForgeRights {
  const tokens = { tokenOf: () => Promise.resolve(null) } as unknown as ForgeTokenService;
  return new ForgeRights(tokens, new GithubClient({ apiUrl: 'http://127.0.0.1:9', token: 'none' }));
}
