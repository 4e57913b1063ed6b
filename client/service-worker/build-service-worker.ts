import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { build, type Plugin } from 'vite';

const PAGE = 'index.html';
const WORKER = 'service-worker.js';

/**
 * Builds `/service-worker.js` after the page it is for, from what is on disk
 * then: the worker knows the hash of its page and the name of every other file.
 */
export function buildServiceWorker(entry: string): Plugin {
  let folder = '';
  return {
    name: 'perch-service-worker',
    apply: 'build',
    configResolved(config) {
      folder = join(config.root, relative(config.root, config.build.outDir));
    },
    async closeBundle() {
      await build({
        configFile: false,
        logLevel: 'warn',
        publicDir: false,
        define: { PERCH_FILES: JSON.stringify(listFiles(folder)) },
        build: {
          outDir: folder,
          emptyOutDir: false,
          target: 'es2022',
          rolldownOptions: { input: entry, output: { format: 'iife', entryFileNames: WORKER } },
        },
      });
    },
  };
}

function listFiles(folder: string): { build: string; page: string; files: string[] } {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((name) => name !== PAGE && name !== WORKER)
    .sort();
  const page = sha256(readFileSync(join(folder, PAGE)));
  const whole = createHash('sha256').update(page);
  for (const name of names) {
    whole.update(`\0${name}`);
    // The names in assets/ say what is in them.
    if (!name.startsWith('assets/')) whole.update(sha256(readFileSync(join(folder, name))));
  }
  return { build: whole.digest('hex').slice(0, 16), page, files: names.map((name) => `/${name}`) };
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
