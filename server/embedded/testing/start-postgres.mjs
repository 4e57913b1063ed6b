/** A Perch reduced to its database, as a process that a test may kill: prints the url, then waits. */
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const source = fileURLToPath(new URL('../postgres.ts', import.meta.url));
const { module } = await runnerImport(source, { configFile: false, logLevel: 'error' });
const postgres = await module.startEmbeddedPostgres({ dataDirectory: process.argv[2] });
process.stdout.write(`${postgres.url}\n`);
process.on('SIGTERM', () => void postgres.stop().then(() => process.exit(0)));
setInterval(() => {}, 60_000);
