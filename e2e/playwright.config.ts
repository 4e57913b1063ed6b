import { defineConfig } from '@playwright/test';

/**
 * A page lives for seconds: to optimize its code, and to collect garbage on threads of their own, takes a tenth of
 * the processor, and nothing here lives long enough to gain by it. What measures tasks runs as people's browsers do.
 */
const SHORT_LIVED = process.env.PERCH_TEST_LONG
  ? []
  : ['--js-flags=--single-threaded-gc --no-opt --no-maglev'];

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  outputDir: '../test-results',
  fullyParallel: false,
  // Much of a test is waiting: three at once, on two cores as well.
  workers: 3,
  retries: 0,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: process.env.PERCH_E2E_REPORT
    ? [['list'], ['json', { outputFile: process.env.PERCH_E2E_REPORT }]]
    : [['list']],
  use: {
    viewport: { width: 1280, height: 800 },
    // It fetches and compiles all of the client for each context. Tests that are about it allow it.
    serviceWorkers: 'block',
    // A trace of every test takes as much of the processor as the test: `--trace retain-on-failure` where one is wanted.
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.PERCH_CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--no-first-run',
        ...SHORT_LIVED,
      ],
    },
  },
});
