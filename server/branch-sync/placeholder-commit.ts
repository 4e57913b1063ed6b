/** What a first commit begins with: GitHub takes one file by its path before it takes anything else. */
export const PLACEHOLDER = { path: '.gitkeep', bytes: new TextEncoder().encode('\n'), message: 'Begin' };
/** The tree with that file and nothing else. */
const PLACEHOLDER_TREE = '5bfad2b3f8e483b6b173d8aaff19597e84626f15';

export function isPlaceholder(commit: { tree: string; parents: readonly string[] } | null): boolean {
  return commit !== null && commit.parents.length === 0 && commit.tree === PLACEHOLDER_TREE;
}
