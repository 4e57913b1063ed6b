import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ZERO } from './object-store.js';

/**
 * Git's own hook for what a push may not do, as no other code sees a push's
 * refs before they move. Its rules come in the environment, a line each:
 * the ref, what is refused, and why.
 */
const SCRIPT = `#!/bin/sh
printf '%s\\n' "$FORGE_RULES" | while read -r ref refused why; do
  [ "$ref" = "$1" ] || continue
  case $refused in
    deletion) [ "$3" = ${ZERO} ] || continue ;;
    rewind)
      if [ "$2" = ${ZERO} ] || [ "$3" = ${ZERO} ]; then continue; fi
      if git merge-base --is-ancestor "$2" "$3"; then continue; fi ;;
  esac
  echo "error: GH006: Protected branch update failed for $1." >&2
  echo "error: $why" >&2
  exit 1
done
`;

export type PushRule = { ref: string; refused: 'everything' | 'deletion' | 'rewind'; why: string };

/** Writes the hook into a folder of its own: what core.hooksPath is to be. */
export async function writePushHook(stateDirectory: string): Promise<string> {
  const folder = join(stateDirectory, 'push-hook');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'update'), SCRIPT, { mode: 0o755 });
  return folder;
}

/** What `git http-backend` is given so that a push keeps to these rules; nothing where there are none. */
export function pushEnvironment(folder: string, rules: readonly PushRule[]): Record<string, string> {
  if (rules.length === 0) return {};
  const lines = rules.map(({ ref, refused, why }) => `${ref} ${refused} ${why}`);
  return { GIT_CONFIG_VALUE_1: folder, FORGE_RULES: lines.join('\n') };
}
