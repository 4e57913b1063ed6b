import { setImmediate as turn } from 'node:timers/promises';

/**
 * How long others waited at most for their turn while something ran: in
 * milliseconds of this process's own work, as the machine may do more than this.
 */
export async function longestTurn(run: () => Promise<unknown>): Promise<number> {
  let isOver = false;
  let longest = 0;
  const running = run().finally(() => (isOver = true));
  for (let last = process.cpuUsage(); !isOver;) {
    await turn();
    const { user, system } = process.cpuUsage(last);
    longest = Math.max(longest, (user + system) / 1_000);
    last = process.cpuUsage();
  }
  await running;
  return longest;
}
