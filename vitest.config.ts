import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    alias: {
      '@protocol': fileURLToPath(new URL('./server/protocol', import.meta.url)),
      '@': fileURLToPath(new URL('./client', import.meta.url)),
    },
  },
  test: {
    include: ['{server,db,client,e2e}/**/*.test.ts'],
    globalSetup: ['server/platform/testing/postgres.global-setup.ts'],
    setupFiles: ['server/platform/testing/end-with-run.ts'],
    // Most of the time a test waits for a process or for the network: three at once, on two cores as well.
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
