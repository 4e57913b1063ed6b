import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { SYSTEMS, WORKLOADS, type Metrics, type Row, type Task, type Workload } from './bench.js';
import { report } from './report.js';
import { makeSystem, type System } from './systems.js';

/** `npm run bench`: the same work for Perch and its peers, in turn, and the medians. */
const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    workload: { type: 'string', multiple: true, default: [...WORKLOADS] },
    system: { type: 'string', multiple: true, default: [...SYSTEMS] },
    rounds: { type: 'string', default: '3' },
  },
});
const workloads = chosen('workload', WORKLOADS, options.workload);
const names = chosen('system', SYSTEMS, options.system);
const rounds = Number(options.rounds);
if (!Number.isInteger(rounds) || rounds < 1) fail('--rounds is a number of at least 1');

/** A run that hangs is a fault, not a slow server. */
const RUN_MS = 300_000;
const THROUGHPUT_DOCUMENTS = 20;

const documents = new Map(
  workloads.flatMap((workload) =>
    Array.from({ length: rounds }, (_, round) => [
      `${workload} ${round}`,
      Array.from(
        { length: workload === 'throughput' ? THROUGHPUT_DOCUMENTS : 1 },
        (__, index) => `${workload}-${round}-${index}.txt`,
      ),
    ]),
  ),
);
const systems = new Map(names.map((name) => [name, makeSystem(name, [...documents.values()].flat())]));
const rows: Row[] = [];
try {
  for (const workload of workloads) rows.push(...(await measure(workload)));
} finally {
  for (const system of systems.values()) await system.remove();
}
process.stdout.write(
  options.json ? rows.map((row) => `${JSON.stringify(row)}\n`).join('') : report(rows, rounds),
);

/** A B C D, A B C D, ...: what else the machine does meanwhile meets all of them. */
async function measure(workload: Workload): Promise<Row[]> {
  const runs = new Map(names.map((name) => [name, [] as Metrics[]]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, system] of systems) {
      const metrics = await run(system, workload, documents.get(`${workload} ${round}`)!);
      process.stderr.write(`${workload} ${round + 1}/${rounds} ${name} ${JSON.stringify(metrics)}\n`);
      runs.get(name)!.push(metrics);
    }
  }
  return [...runs].flatMap(([system, all]) =>
    Object.keys(all[0]!).map((metric) => ({
      workload,
      system,
      metric,
      value: middle(all.map((metrics) => metrics[metric]!)),
    })),
  );
}

async function run(system: System, workload: Workload, names: string[]): Promise<Metrics> {
  const endpoint = await system.start();
  try {
    const metrics = await load({ workload, endpoint, documents: names });
    if (workload !== 'cold-join' || endpoint.databasePid === undefined) return metrics;
    await system.stop();
    const again = await system.start();
    return { ...metrics, ...(await load({ workload: 'late-join', endpoint: again, documents: names })) };
  } finally {
    await system.stop();
  }
}

async function load(task: Task): Promise<Metrics> {
  const file = fileURLToPath(new URL('load/main.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [file, JSON.stringify(task)], {
    timeout: RUN_MS,
  });
  return JSON.parse(stdout) as Metrics;
}

/** The median; of answers, whether all were yes. */
function middle(values: (number | boolean)[]): number | boolean {
  if (typeof values[0] === 'boolean') return values.every((value) => value === true);
  const sorted = values.map(Number).sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

function chosen<Name extends string>(option: string, known: readonly Name[], wanted: string[]): Name[] {
  const unknown = wanted.find((name) => !known.includes(name as Name));
  if (unknown !== undefined) fail(`--${option} ${unknown} is not known; choose from ${known.join(', ')}`);
  return known.filter((name) => wanted.includes(name));
}

function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(2);
}
