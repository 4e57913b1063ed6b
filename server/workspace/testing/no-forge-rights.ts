import type { ForgeTokenService } from '../../forge-account/forge-token.service.js';
import { ForgeAddress } from '../../platform/forge-address.js';
import { ForgeRights } from '../forge-rights.js';

/** Where nobody has signed in at the forge. */
export function noForgeRights(): ForgeRights {
  const tokens = { tokenOf: () => Promise.resolve(null) } as unknown as ForgeTokenService;
  return new ForgeRights(tokens, new ForgeAddress('http://127.0.0.1:9'));
}
