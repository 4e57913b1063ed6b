import type { WorkspaceEvent } from '@protocol/event.js';

/** Whether an event says of itself that it was about a folder. */
export const aboutFolder = ({ payload }: WorkspaceEvent): boolean =>
  'isFolder' in payload && payload.isFolder === true;

/**
 * The file to be seen as it was then: of a folder the one in it that is open, or none.
 * @param openPath the file that is open: what happened to all of them is shown in it
 * @param isFolder what the tree of now knows
 */
export function pastPathOf(
  event: WorkspaceEvent,
  openPath: string | null,
  isFolder: (path: string) => boolean,
): string | null {
  if (!hasFiles(event)) return null;
  const path = pathOf(event);
  if (path === null || openPath?.startsWith(`${path}/`)) return openPath;
  // Where it was moved on from, its old name may tell.
  const names = event.type === 'file.moved' ? [path, event.payload.from] : [path];
  return aboutFolder(event) || names.some(isFolder) ? null : path;
}

function pathOf({ type, payload }: WorkspaceEvent): string | null {
  if (type === 'file.moved') return payload.to;
  return 'path' in payload && typeof payload.path === 'string' ? payload.path : null;
}

/** Nobody's coming or going changes a file. */
const hasFiles = ({ type }: WorkspaceEvent): boolean =>
  !/^(?:person|integration|pull-request|review|check)\./.test(type);
