import { AuthRepository } from '../../auth/auth.repository.js';
import { AuthService } from '../../auth/auth.service.js';
import { Secrets } from '../../auth/secret.js';
import { Config } from '../../config.js';
import { DatabaseConnection } from '../../platform/database.js';
import { ForgeAddress } from '../../platform/forge-address.js';
import { SIGN_IN, type TestSurroundings } from '../../testing/perch-server.js';
import { ForgeAccountRepository } from '../forge-account.repository.js';
import { ForgeSignIn } from '../forge-sign-in.js';
import { ForgeTokenService } from '../forge-token.service.js';

/** The tokens as one more process has them. */
export function tokenService(surroundings: TestSurroundings, environment: Record<string, string> = {}) {
  const config = Config.load({ ...SIGN_IN, ...environment }, []);
  const connection = new DatabaseConnection(surroundings.databaseUrl);
  const auth = new AuthService(new AuthRepository(connection), connection, new Secrets(config));
  const service = new ForgeTokenService(
    new ForgeAccountRepository(connection),
    new ForgeSignIn(config, new ForgeAddress(surroundings.github.apiUrl)),
    auth,
    connection,
  );
  return { service, stop: () => connection.onApplicationShutdown() };
}
