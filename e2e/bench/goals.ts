import type { Row, SystemName, Workload } from './bench.js';

type Goal = { workload: Workload; says: string; reached: boolean; figure: string };

/** What Perch means to reach, and whether these figures show it. Goals whose figures are not there are left out. */
export function judge(rows: readonly Row[]): Goal[] {
  const value = (workload: Workload, system: SystemName, metric: string): number =>
    Number(
      rows.find((row) => row.workload === workload && row.system === system && row.metric === metric)?.value,
    );
  const goals: Goal[] = [];
  /** The quotient of two systems' figures against a bound. */
  const compare = (
    workload: Workload,
    metric: string,
    peer: SystemName,
    bound: { atMost: number } | { atLeast: number },
    says: string,
  ): void => {
    const ratio = value(workload, 'perch', metric) / value(workload, peer, metric);
    if (!Number.isFinite(ratio)) return;
    const reached = 'atMost' in bound ? ratio <= bound.atMost : ratio >= bound.atLeast;
    goals.push({ workload, says, reached, figure: `${ratio.toFixed(2)} times` });
  };
  compare('throughput', 'updates_per_second', 'hocuspocus', { atLeast: 5 }, 'updates: 5 times Hocuspocus’s');
  compare(
    'throughput',
    'server_cpu_us_per_update',
    'hocuspocus',
    { atMost: 1 / 5 },
    'processor time an update: a fifth of Hocuspocus’s',
  );
  compare('trace', 'ms', 'hocuspocus', { atMost: 1 / 2.5 }, 'time: 1/2.5 of Hocuspocus’s');
  compare('cold-join', 'ms', 'hocuspocus', { atMost: 1 / 13 }, 'time: 1/13 of Hocuspocus’s');
  compare('cold-join', 'ms', 'relay', { atMost: 1.3 }, 'time: 1.3 times the relay’s');
  for (const metric of ['p50_ms', 'p99_ms']) {
    compare('latency-50', metric, 'hocuspocus', { atMost: 1 }, `${metric}: Hocuspocus’s`);
    compare('latency-50', metric, 'relay', { atMost: 1.2 }, `${metric}: 1.2 times the relay’s`);
  }
  for (const metric of ['p99_ms', 'server_cpu_us_per_update']) {
    compare('cursors', metric, 'hocuspocus', { atMost: 1 }, `${metric}: Hocuspocus’s`);
    compare('cursors', metric, 'relay', { atMost: 1.2 }, `${metric}: 1.2 times the relay’s`);
  }
  return goals;
}
