import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Short to read and long to run: by their size, as vitest goes about it where it has run nothing yet, they came last. */
const LONG = [
  'server/embedded/postgres.test.ts',
  'e2e/crash.test.ts',
  'e2e/rolling-restart.test.ts',
  'e2e/backup.test.ts',
  'server/branch-watch/branch-watch.pg.test.ts',
  'server/event/event-stream.pg.test.ts',
  'server/launch/start.test.ts',
  'server/branch-sync/outside-push.pg.test.ts',
  'server/commit/file-style.pg.test.ts',
  'server/presence/program-presence.pg.test.ts',
];

/** So that no core waits for the other at the end. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => LONG.some((path) => moduleId.endsWith(path));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
