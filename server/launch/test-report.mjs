/**
 * What the runners' JSON reports say.
 *
 * Guarantee: a runner that ended badly, wrote no report, or ran nothing counts as at least one failure, and
 * `why` says which.
 */
import { readFileSync } from 'node:fs';

export function vitestCounts(file, code) {
  return counts(file, code, (report) => ({
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  }));
}

export function playwrightCounts(file, code) {
  return counts(file, code, ({ stats }) => ({
    passed: stats.expected,
    // It passed, but not always.
    failed: stats.unexpected + stats.flaky,
    skipped: stats.skipped,
  }));
}

function counts(file, code, read) {
  let result;
  try {
    result = read(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return { passed: 0, failed: 1, skipped: 0, why: `the runner ended with code ${code} and left no report` };
  }
  if (result.passed + result.failed === 0) return { ...result, failed: 1, why: 'no test ran' };
  if (code !== 0 && result.failed === 0) {
    return { ...result, failed: 1, why: `the runner ended with code ${code}; see its output above` };
  }
  return result;
}
