import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';
import { LongestFirst } from './server/platform/testing/longest-first.js';
import { SOON } from './server/testing/soon.js';

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

/** They put something else in the place of a module, which is loaded for them alone. */
const ALONE = [
  'server/platform/github-app.test.ts',
  'server/workspace/forge-rights.pg.test.ts',
  'server/launch/end-at-the-latest.test.ts',
];

const resolve = {
  alias: {
    '@protocol': fileURLToPath(new URL('./server/protocol', import.meta.url)),
    '@': fileURLToPath(new URL('./client', import.meta.url)),
  },
};
const setupFiles = ['server/platform/testing/end-with-run.ts'];

const whole = {
  globalSetup: ['server/platform/testing/postgres.global-setup.ts'],
  setupFiles,
  testTimeout: 30_000,
  hookTimeout: 60_000,
  expect: { poll: SOON },
};

export default defineConfig({
  test: {
    // Most of the time a test waits for a process or for the network: three at once, on two cores as well.
    maxWorkers: 3,
    // A worker holds several servers: a seventh of its time went into looking for what is still in use.
    execArgv: ['--max-semi-space-size=64'],
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        resolve,
        test: {
          ...whole,
          name: 'whole',
          include: ['{server,db,client,e2e}/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...PURE, ...ALONE],
          // To load the server anew for each file is a tenth of the whole run. A file leaves nothing behind.
          isolate: false,
        },
      },
      { resolve, test: { ...whole, name: 'alone', include: ALONE } },
      { resolve, test: { name: 'pure', include: PURE, setupFiles, isolate: false, testTimeout: 30_000 } },
    ],
  },
});
