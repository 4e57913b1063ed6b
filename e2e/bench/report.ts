import { cpus } from 'node:os';
import { SYSTEMS, type Row } from './bench.js';
import { judge } from './goals.js';

/** The table and the goals, for people; in Markdown, so that it can be pasted. */
export function report(rows: readonly Row[], rounds: number): string {
  const names = SYSTEMS.filter((system) => rows.some((row) => row.system === system));
  const lines = [
    `${cpus().length} cores (${cpus()[0]?.model.trim()}), Node ${process.versions.node}, medians of ${rounds}`,
    '',
    `| workload | metric | ${names.join(' | ')} |`,
    `| --- | --- | ${names.map(() => '--:').join(' | ')} |`,
  ];
  const metrics = new Set(rows.map((row) => `${row.workload} ${row.metric}`));
  for (const key of metrics) {
    const [workload, metric] = key.split(' ');
    const cells = names.map((name) =>
      show(
        rows.find((row) => row.system === name && row.workload === workload && row.metric === metric)?.value,
      ),
    );
    lines.push(`| ${workload} | ${metric} | ${cells.join(' | ')} |`);
  }
  lines.push('', '| workload | Perch’s goal | reached | measured |', '| --- | --- | --- | --: |');
  for (const goal of judge(rows))
    lines.push(`| ${goal.workload} | ${goal.says} | ${goal.reached ? 'yes' : 'no'} | ${goal.figure} |`);
  return `${lines.join('\n')}\n`;
}

function show(value: number | boolean | undefined): string {
  if (value === undefined) return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (value >= 1000) return Math.round(value).toLocaleString('en');
  return value.toPrecision(3);
}
