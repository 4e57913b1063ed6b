import { SegmentedControl } from '@primer/react';
import type { Workspace } from '@protocol/workspace.js';
import type { Conflict } from '@protocol/conflict.js';
import type { SearchQuery } from '@protocol/search.js';
import type { Person } from '@protocol/user.js';
import { useMemo } from 'react';
import { toast } from '@/components/toaster.js';
import { CommitPanel } from '@/features/commits/commit-panel.js';
import { useUncommitted } from '@/features/commits/use-uncommitted.js';
import { ConflictList } from '@/features/conflicts/conflict-list.js';
import { FileTree } from '@/features/files/file-tree.js';
import { useFileActions, useListFolder, type Files } from '@/features/files/use-files.js';
import { SearchPanel } from '@/features/search/search-panel.js';
import { chooseFiles, droppedFiles } from '@/features/upload/chosen-files.js';
import { UploadStatus } from '@/features/upload/upload-status.js';
import type { Uploads } from '@/features/upload/use-uploads.js';
import { DiscardedNote } from '@/features/workspace/discarded-note.js';
import { useBranchState } from '@/features/workspace/use-branch-state.js';
import { usePresent, useRoom } from '@/lib/room-context.js';

export type SideView = 'explorer' | 'search' | 'changes';

const UNREADABLE = 'What was dropped could not be read, so nothing was uploaded.';

const VIEWS: readonly SideView[] = ['explorer', 'search', 'changes'];

type Props = {
  workspace: Workspace;
  files: Files;
  view: SideView;
  openPath: string | null;
  onView: (view: SideView) => void;
  onOpen: (path: string, pin: boolean) => void;
  onOpenLine: (path: string, line: number) => void;
  query: SearchQuery;
  onQuery: (query: SearchQuery) => void;
  onShowDiff: (path: string) => void;
  onMoved: (from: string, to: string) => void;
  onCommitted: () => void;
  uploads: Uploads;
  conflicts: readonly Conflict[];
};

/** The explorer, the search or the changes, one at a time. */
export function SidePanel({
  workspace,
  files,
  view,
  openPath,
  onView,
  onOpen,
  onOpenLine,
  query,
  onQuery,
  onShowDiff,
  onMoved,
  onCommitted,
  uploads,
  conflicts,
}: Props) {
  const actions = useFileActions(workspace.id);
  const listFolder = useListFolder(workspace.id);
  const room = useRoom();
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
  const conflictPaths = useMemo(() => new Set(conflicts.map(({ path }) => path)), [conflicts]);
  const { state: branch, recover } = useBranchState(workspace.id, room);
  const writable = workspace.role !== 'read';
  const { changes, onCommitted: hideCommitted } = useUncommitted(files.changes);
  return (
    <div className="side-panel">
      <div className="side-switch">
        <SegmentedControl
          fullWidth
          size="small"
          aria-label="Side panel"
          onChange={(index) => onView(VIEWS[index]!)}
        >
          <SegmentedControl.Button selected={view === 'explorer'}>Explorer</SegmentedControl.Button>
          <SegmentedControl.Button selected={view === 'search'}>Search</SegmentedControl.Button>
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
            tree={files.tree}
            openPath={openPath}
            writable={writable}
            peopleAt={peopleAt}
            conflictPaths={conflictPaths}
            actions={actions}
            onOpen={onOpen}
            onMoved={onMoved}
            onList={listFolder}
            onUpload={(folder, kind) =>
              void chooseFiles(kind).then((chosen) => chosen.length > 0 && uploads.start(folder, chosen))
            }
            onDropFiles={(folder, dropped) =>
              void droppedFiles(dropped).then(
                (chosen) => uploads.start(folder, chosen),
                () => toast({ message: UNREADABLE, tone: 'danger' }),
              )
            }
          />
        ) : view === 'search' ? (
          <SearchPanel
            workspaceId={workspace.id}
            room={room}
            writable={writable}
            query={query}
            onQuery={onQuery}
            onOpen={onOpenLine}
          />
        ) : (
          <div className="side-changes">
            {branch?.discarded && (
              <DiscardedNote
                discarded={branch.discarded}
                writable={writable}
                isPending={recover.isPending}
                onRecover={(id) => recover.mutate(id)}
              />
            )}
            <ConflictList conflicts={conflicts} onOpen={(path) => onOpen(path, true)} />
            <CommitPanel
              workspaceId={workspace.id}
              branch={workspace.branch}
              changes={changes}
              conflictPaths={conflictPaths}
              writable={writable}
              onShowDiff={onShowDiff}
              onDiscard={(path) => actions.discard.mutate(path)}
              onCommitted={(paths) => {
                hideCommitted(paths);
                onCommitted();
              }}
            />
          </div>
        )}
      </div>
      <UploadStatus {...uploads} />
    </div>
  );
}
