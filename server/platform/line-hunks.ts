import { askGit, withScratch } from './scratch-git.js';

/** Lines of one text in place of lines of another: `from` of the first `count` of them. */
export type Hunk = { from: number; count: number; to: number; toCount: number };

/** Where two texts differ, as git compares them: quick however large they are. */
export async function lineHunks(from: string, to: string): Promise<Hunk[]> {
  if (from === to) return [];
  const files = new Map([
    ['from', from],
    ['to', to],
  ]);
  const args = ['diff', '--no-index', '--no-color', '--no-ext-diff', '--text', '--unified=0', 'from', 'to'];
  const { code, output } = await withScratch(files, (directory) => askGit(directory, args));
  if (code > 1) throw new Error(`git diff ended with ${code}`);
  return [...output.matchAll(/^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/gm)].map((match) => {
    const count = Number(match[2] ?? 1);
    const toCount = Number(match[4] ?? 1);
    // Where there are no lines, git names the one before.
    return {
      from: Number(match[1]) - (count > 0 ? 1 : 0),
      count,
      to: Number(match[3]) - (toCount > 0 ? 1 : 0),
      toCount,
    };
  });
}

/** The lines of a text, each with its end. */
export function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
