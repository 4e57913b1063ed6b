import { readdirSync, readFileSync } from 'node:fs';
import type { Endpoint } from './bench.js';

/** Linux counts in hundredths of a second (USER_HZ). */
const TICK_US = 10_000;

export type ProcessorTime = { serverUs: number; databaseUs: number };

/** What the serving process alone, and all processes of its PostgreSQL together, have used of the processors so far. */
export function processorTime({ serverPid, databasePid }: Endpoint): ProcessorTime {
  return {
    serverUs: ticks(serverPid) * TICK_US,
    databaseUs: databasePid === undefined ? 0 : family(databasePid) * TICK_US,
  };
}

export function residentMegabytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}

/** A postmaster, its children that live, and those that have ended. */
function family(parent: number): number {
  let total = ticks(parent, true);
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      if (Number(fields(Number(entry))[1]) === parent) total += ticks(Number(entry));
    } catch {
      // It ended between the listing and the reading.
    }
  }
  return total;
}

function ticks(pid: number, withEndedChildren = false): number {
  const [user, system, childUser, childSystem] = fields(pid).slice(11, 15).map(Number) as [
    number,
    number,
    number,
    number,
  ];
  return user + system + (withEndedChildren ? childUser + childSystem : 0);
}

/** The fields of /proc/<pid>/stat behind the program's name, which may hold anything: state, parent, ... */
function fields(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
