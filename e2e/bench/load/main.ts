import type { Metrics, Task } from '../bench.js';
import { coldJoin, lateJoin } from './cold-join.js';
import { cursors } from './cursors.js';
import { latency } from './latency.js';
import { throughput } from './throughput.js';
import { trace } from './trace.js';

/** The load generator: one task, given as JSON, in a process of its own; the metrics go out as JSON. */
const workloads: Record<Task['workload'], (task: Task) => Promise<Metrics>> = {
  'latency-50': latency,
  throughput,
  trace,
  'cold-join': coldJoin,
  'late-join': lateJoin,
  cursors,
};

const task = JSON.parse(process.argv[2]!) as Task;
const metrics = await workloads[task.workload](task);
process.stdout.write(JSON.stringify(metrics), () => process.exit(0));
