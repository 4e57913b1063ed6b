import { randomUUID } from 'node:crypto';
import { linesOf } from '../platform/line-hunks.js';
import { askGit, withScratch } from '../platform/scratch-git.js';

/** Lines that both changed. Ours stand in the merged text, from `at` on. */
export type ConflictingLines = { at: number; current: string; incoming: string; base: string };
export type MergedText = { text: string; conflicts: ConflictingLines[] };

type Chunk = { at: number; current: string; base: string; incoming: string };
type Sides = { base: string; ours: string; theirs: string };
type Parsed = { text: string; chunks: Chunk[] };

/** How git ends that cannot merge at all; else it says how many conflicts there are. */
const FAILED = 128;

/**
 * A three-way merge by `git merge-file`. Where both changed the same lines,
 * ours are in the text, as `git merge-file --ours` would have it, and theirs
 * are told beside it.
 */
export async function mergeTexts(base: string, ours: string, theirs: string): Promise<MergedText> {
  const sides = { ours, base, theirs };
  return withScratch(new Map(Object.entries(sides)), async (directory) => {
    const markers = new Markers([ours, base, theirs]);
    const merged = await askGit(directory, markers.command([]));
    // Git merges nothing that looks binary to it: then all of it is both's.
    if (merged.code >= FAILED)
      return { text: ours, conflicts: [{ at: 0, current: ours, incoming: theirs, base }] };
    const { text, chunks } = markers.parse(merged.output, sides);
    if (merged.code === 0) return { text, conflicts: [] };
    // Git's finest conflicts say nothing of the base; those around them do.
    const around = await askGit(directory, markers.command(['--diff3']));
    const coarse = markers.parse(around.output, sides).chunks;
    const conflicts = chunks.map((chunk) => {
      const end = chunk.at + chunk.current.length;
      const within = coarse.find(({ at, current }) => at <= chunk.at && end <= at + current.length);
      return { ...chunk, base: within?.base ?? '' };
    });
    return { text, conflicts };
  });
}

/** Git's marks around conflicts, as no text here has them. */
class Markers {
  readonly #label = randomUUID();
  readonly #size: number;

  constructor(texts: readonly string[]) {
    const longest = texts.flatMap((text) => text.match(/^=+/gm) ?? []).map((run) => run.length);
    this.#size = 1 + longest.reduce((most, length) => Math.max(most, length), 7);
  }

  command(more: readonly string[]): string[] {
    const labels = ['-L', this.#label, '-L', this.#label, '-L', this.#label];
    const size = `--marker-size=${this.#size}`;
    return ['merge-file', '-p', '-q', size, ...more, ...labels, 'ours', 'base', 'theirs'];
  }

  parse(output: string, { base, ours, theirs }: Sides): Parsed {
    const mark = (sign: string, label = ` ${this.#label}`) => sign.repeat(this.#size) + label;
    const begin = mark('<');
    const common = mark('|');
    const middle = mark('=', '');
    const end = mark('>');
    const chunks: Chunk[] = [];
    let text = '';
    let chunk: Chunk | undefined;
    let part: 'current' | 'base' | 'incoming' = 'current';
    const lines = linesOf(output);
    lines.forEach((line, index) => {
      const said = line.replace(/\r?\n$/, '');
      if (!chunk) {
        if (said === begin) {
          chunk = { at: text.length, current: '', base: '', incoming: '' };
          part = 'current';
        } else text += line;
        return;
      }
      if (said === common) part = 'base';
      else if (said === middle) part = 'incoming';
      else if (said === end) {
        // Git ends the last line of both sides, which their texts may not do.
        if (index === lines.length - 1) {
          chunk.current = unended(chunk.current, ours);
          chunk.incoming = unended(chunk.incoming, theirs);
          chunk.base = unended(chunk.base, base);
        }
        text += chunk.current;
        chunks.push(chunk);
        chunk = undefined;
      } else chunk[part] += line;
    });
    return { text, chunks };
  }
}

function unended(part: string, whole: string): string {
  return part.endsWith('\n') && !whole.endsWith('\n') ? part.slice(0, -1) : part;
}
