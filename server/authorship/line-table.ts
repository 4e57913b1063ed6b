import type { FileLines } from '../protocol/lines.js';

/** That somebody did something at one time, before names and events are known. */
export type Deed = {
  actor: string;
  name: string | null;
  at: number;
  commit: { sha: string; subject: string } | null;
};

/** Gathers who did what to lines, each deed once, lines of the same deeds together. */
export class LineTable {
  readonly deeds: Deed[] = [];
  readonly runs: FileLines['runs'] = [];
  readonly #known = new Map<string, number>();

  index(deed: Deed): number {
    const key = `${deed.actor} ${deed.name} ${deed.at} ${deed.commit?.sha}`;
    let index = this.#known.get(key);
    if (index === undefined) {
      index = this.deeds.push(deed) - 1;
      this.#known.set(key, index);
    }
    return index;
  }

  /** @param line counted from 1, each after the one before */
  add(line: number, deeds: readonly Deed[]): void {
    const writings = [...new Set(deeds.map((deed) => this.index(deed)))];
    if (writings.length === 0) return;
    const last = this.runs.at(-1);
    if (last && last.from + last.count === line && last.writings.join() === writings.join()) last.count++;
    else this.runs.push({ from: line, count: 1, writings });
  }
}
