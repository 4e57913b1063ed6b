import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';
import { LongestFirst } from './server/platform/testing/longest-first.js';

/** They start nothing and keep nothing: to load a worker for each takes longer than all of them together. */
const PURE = [
  'client/**/*.test.ts',
  'server/protocol/*.test.ts',
  'server/commit/{commit-message,tidy-text}.test.ts',
  'server/document/{document-authors,document-history,text-file}.test.ts',
  'server/file/{editor-config,overlay,submodule}.test.ts',
  'server/platform/{batch-loader,log}.test.ts',
  'server/search/path-globs.test.ts',
];

const resolve = {
  alias: {
    '@protocol': fileURLToPath(new URL('./server/protocol', import.meta.url)),
    '@': fileURLToPath(new URL('./client', import.meta.url)),
  },
};
const setupFiles = ['server/platform/testing/end-with-run.ts'];

export default defineConfig({
  test: {
    // Most of the time a test waits for a process or for the network: three at once, on two cores as well.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        resolve,
        test: {
          name: 'whole',
          include: ['{server,db,client,e2e}/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...PURE],
          globalSetup: ['server/platform/testing/postgres.global-setup.ts'],
          setupFiles,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      { resolve, test: { name: 'pure', include: PURE, setupFiles, isolate: false, testTimeout: 30_000 } },
    ],
  },
});
