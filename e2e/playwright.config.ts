import { defineConfig } from '@playwright/test';

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
      ],
    },
  },
});
