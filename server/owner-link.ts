/**
 * Prints a link that signs the owner in once, for a Perch that is hosted: what
 * its server prints is kept in logs, where nobody's way in belongs. Reads the
 * server's own environment.
 */
import { AuthRepository } from './auth/auth.repository.js';
import { AuthService } from './auth/auth.service.js';
import { Secrets } from './auth/secret.js';
import { Config, ConfigError } from './config.js';
import { DatabaseConnection } from './platform/database.js';

try {
  await main();
} catch (error) {
  process.stderr.write(
    `${error instanceof ConfigError ? error.message : `No link was made: ${String(error)}`}\n`,
  );
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const config = Config.load(process.env, []);
  if (!config.databaseUrl)
    throw new ConfigError([
      'DATABASE_URL: is required here; with the embedded one, each start prints a link',
    ]);
  const connection = new DatabaseConnection(config.databaseUrl);
  try {
    const auth = new AuthService(new AuthRepository(connection), connection, new Secrets(config));
    const url = config.publicUrl ?? `http://${config.host}:${config.port}`;
    process.stdout.write(`${url}/sign-in#${await auth.createOwnerLink()}\n`);
  } finally {
    await connection.onApplicationShutdown();
  }
}
