/** `prepareBinaries` as a process of its own, which may run as somebody else: prints its result as JSON. */
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const source = fileURLToPath(new URL('../postgres-binaries.ts', import.meta.url));
const { module } = await runnerImport(source, { configFile: false, logLevel: 'error' });
const [installed, linkDirectory] = process.argv.slice(2);
process.stdout.write(JSON.stringify(await module.prepareBinaries(installed, undefined, linkDirectory)));
