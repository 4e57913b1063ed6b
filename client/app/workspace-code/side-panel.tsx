import { SegmentedControl } from '@primer/react';
import type { Workspace } from '@protocol/workspace.js';
import type { WorkspaceFiles } from '@protocol/file.js';
import type { Person } from '@protocol/user.js';
import { useMemo } from 'react';
import { CommitPanel } from '@/features/commits/commit-panel.js';
import { FileTree } from '@/features/files/file-tree.js';
import { buildTree } from '@/features/files/tree-model.js';
import { useFileActions } from '@/features/files/use-files.js';
import { usePresent } from '@/lib/room-context.js';

export type SideView = 'explorer' | 'changes';

type Props = {
  workspace: Workspace;
  files: WorkspaceFiles;
  view: SideView;
  openPath: string | null;
  onView: (view: SideView) => void;
  onOpen: (path: string, pin: boolean) => void;
  onShowDiff: (path: string) => void;
  onMoved: (from: string, to: string) => void;
  onCommitted: () => void;
};

/** The explorer or the changes, one at a time. */
export function SidePanel({
  workspace,
  files,
  view,
  openPath,
  onView,
  onOpen,
  onShowDiff,
  onMoved,
  onCommitted,
}: Props) {
  const actions = useFileActions(workspace.id);
  const root = useMemo(() => buildTree(files), [files]);
  const present = usePresent();
  const peopleAt = useMemo(() => {
    const found = new Map<string, Person[]>();
    for (const { path, person } of present) {
      if (path === null) continue;
      const people = found.get(path) ?? [];
      if (!people.some((each) => each.id === person.id)) found.set(path, [...people, person]);
    }
    return found;
  }, [present]);
  const writable = workspace.role !== 'read';
  const { changes } = files;
  return (
    <div className="side-panel">
      <div className="side-switch">
        <SegmentedControl
          fullWidth
          size="small"
          aria-label="Side panel"
          onChange={(index) => onView(index === 0 ? 'explorer' : 'changes')}
        >
          <SegmentedControl.Button selected={view === 'explorer'}>Explorer</SegmentedControl.Button>
          <SegmentedControl.Button
            selected={view === 'changes'}
            count={changes.length > 0 ? changes.length : undefined}
          >
            Changes
          </SegmentedControl.Button>
        </SegmentedControl>
      </div>
      <div className="side-body">
        {view === 'explorer' ? (
          <FileTree
            root={root}
            openPath={openPath}
            writable={writable}
            peopleAt={peopleAt}
            actions={actions}
            onOpen={onOpen}
            onMoved={onMoved}
          />
        ) : (
          <CommitPanel
            workspaceId={workspace.id}
            branch={workspace.branch}
            changes={changes}
            writable={writable}
            onShowDiff={onShowDiff}
            onDiscard={(path) => actions.discard.mutate(path)}
            onCommitted={onCommitted}
          />
        )}
      </div>
    </div>
  );
}
