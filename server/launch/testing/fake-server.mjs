/** A server that does nothing but keep a journal of what happens to it. */
import { appendFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const note = (line) => appendFileSync(process.env.JOURNAL, `${line}\n`);
process.on('exit', (code) => note(`ended ${code}`));
for (const signal of ['SIGINT', 'SIGTERM']) {
  // Long enough for a second one to be seen.
  process.on(signal, () => note(signal) ?? setTimeout(() => process.exit(0), 700));
}

const watch = fileURLToPath(new URL('../parent-watch.ts', import.meta.url));
const { module } = await runnerImport(watch, { configFile: false, logLevel: 'error' });
module.exitWithParent(() => {
  note('parent gone');
  process.exit(0);
});

const args = process.argv.slice(2);
note(`arguments ${JSON.stringify(args)}`);
note(`ready ${process.pid}`);
const exit = args.indexOf('--exit');
if (exit >= 0) process.exit(Number(args[exit + 1]));
setInterval(() => {}, 60_000);
