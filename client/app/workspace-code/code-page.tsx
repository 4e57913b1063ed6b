import { CodeIcon, FileDirectoryIcon, HistoryIcon, SidebarExpandIcon } from '@primer/octicons-react';
import { IconButton, SegmentedControl } from '@primer/react';
import type { Workspace } from '@protocol/workspace.js';
import { Fragment, useCallback, useEffect, useMemo, useRef, useState, type CSSProperties } from 'react';
import { Group, Panel, Separator } from 'react-resizable-panels';
import { DelayedProgress } from '@/components/delayed-progress.js';
import { Problem } from '@/components/problem.js';
import { useConflicts } from '@/features/conflicts/use-conflicts.js';
import { focusEditor } from '@/features/editor/active-editor.js';
import { useStyleEdited } from '@/features/editor/use-file-style.js';
import { EventFeed } from '@/features/events/event-feed.js';
import type { SoughtEvent } from '@/features/events/event-row.js';
import { useFiles, useRefreshFiles, type Files } from '@/features/files/use-files.js';
import { emptyQuery } from '@/features/search/search-panel.js';
import { useUploads } from '@/features/upload/use-uploads.js';
import { focusWhenThere } from '@/lib/focus-when-there.js';
import { personColor } from '@/lib/person-color.js';
import { useRoom } from '@/lib/room-context.js';
import { useFollow } from '../follow.js';
import { CodePalette } from './code-palette.js';
import { EditorGroup } from './editor-group.js';
import { FollowBar } from './follow-bar.js';
import { SidePanel, type SideView } from './side-panel.js';
import type { TabView } from './tabs.js';
import { useCommands } from './use-commands.js';
import { useEditorGroups } from './use-editor-groups.js';
import { useKeptDocuments } from './use-kept-documents.js';
import { useNarrow } from './use-narrow.js';
import './code-page.css';

type Pane = 'files' | 'editor' | 'activity';

/** After the last edit: the changes' counts are looked up once a pause. */
const REFRESH_MS = 1_200;

/** The editor of a branch: files and changes, open files, and what happens around them. */
export function CodePage({ workspace }: { workspace: Workspace }) {
  const room = useRoom();
  const files = useFiles(workspace.id, room);
  const { refetch } = files;
  const refresh = useCallback(() => void refetch(), [refetch]);
  if (files.data) return <OpenCodePage workspace={workspace} files={files.data} refreshFiles={refresh} />;
  return files.error ? (
    <Problem error={files.error} onRetry={() => void files.refetch()} />
  ) : (
    <DelayedProgress label="Loading the files" />
  );
}

type OpenProps = { workspace: Workspace; files: Files; refreshFiles: () => void };

function OpenCodePage({ workspace: opened, files, refreshFiles }: OpenProps) {
  const room = useRoom();
  const { baseCommit } = files;
  // Commits have moved the base since the room was opened.
  const workspace = useMemo(() => ({ ...opened, baseCommit }), [opened, baseCommit]);
  const editors = useEditorGroups();
  const { open, openLine, openPast, pin, move, active } = editors;
  const conflicts = useConflicts(opened.id, room);
  const { followed, stop } = useFollow();
  const [view, setView] = useState<SideView>('explorer');
  const [query, setQuery] = useState(emptyQuery);
  const [pane, setPane] = useState<Pane>(active ? 'editor' : 'files');
  const [showsActivity, setShowsActivity] = useState(true);
  const [sought, setSought] = useState<SoughtEvent | null>(null);
  const [palette, setPalette] = useState<string | null>(null);
  const narrow = useNarrow();
  const onEdited = useEdited(workspace.id, pin, stop);
  const moveOpen = useCallback(
    (from: string, to: string) => {
      room.moveDocument(from, to);
      move(from, to);
    },
    [room, move],
  );
  useKeptDocuments(
    useMemo(() => editors.groups.flatMap((tabs) => tabs.open.map((tab) => tab.path)), [editors.groups]),
  );
  useMovedFiles(move);

  const show = useCallback(
    (path: string, keep: boolean, as?: TabView) => {
      stop();
      open(path, keep, as);
      if (keep) focusEditor();
      setPane('editor');
    },
    [open, stop],
  );
  const followedPath = followed?.path ?? null;
  useEffect(() => {
    if (followedPath === null) return;
    open(followedPath, false);
    setPane('editor');
  }, [followedPath, open]);
  const showSide = useCallback(
    (next: SideView) => {
      setView(next);
      setPane('files');
      refreshFiles();
      focusWhenThere(() => document.querySelector<HTMLElement>(`.side-body :is(${SIDE_TARGETS[next]})`));
    },
    [refreshFiles],
  );
  const toggleActivity = useCallback(() => {
    setShowsActivity((shown) => !shown);
    setPane((shown) => (shown === 'activity' ? 'editor' : 'activity'));
  }, []);
  const showEvent = useCallback((seq: number) => {
    setShowsActivity(true);
    setPane('activity');
    setSought({ seq });
  }, []);
  const showPast = useCallback(
    (path: string, seq: number) => {
      stop();
      openPast(path, seq);
      setPane('editor');
    },
    [openPast, stop],
  );
  const uploads = useUploads(workspace.id, (path) => files.tree.at(path) !== undefined, refreshFiles);
  const commands = useCommands({ editors, showSide, toggleActivity, openPalette: setPalette });

  const side = (
    <SidePanel
      workspace={workspace}
      files={files}
      view={view}
      openPath={active}
      onView={setView}
      onOpen={(path, keep) => show(path, keep, 'text')}
      onOpenLine={(path, line) => {
        stop();
        openLine(path, line);
        setPane('editor');
      }}
      query={query}
      onQuery={setQuery}
      onShowDiff={(path) => show(path, false, 'diff')}
      onMoved={moveOpen}
      onCommitted={refreshFiles}
      uploads={uploads}
      conflicts={conflicts.open}
    />
  );
  const group = (at: number) => (
    <EditorGroup
      workspace={workspace}
      changes={files.changes}
      group={at}
      editors={editors}
      onOpen={show}
      onEdited={onEdited}
      onShowEvent={showEvent}
      conflicts={conflicts}
    />
  );
  const activity = (
    <EventFeed
      workspaceId={workspace.id}
      room={room}
      openPath={active}
      isFolder={(path) => files.tree.hasFolder(path)}
      sought={sought}
      onFound={() => setSought(null)}
      onOpen={(path) => show(path, false)}
      onShowPast={showPast}
    />
  );
  const following = followed && <FollowBar followed={followed} onStop={stop} />;
  const color = followed
    ? ({ '--followed-color': personColor(followed.person.color) } as CSSProperties)
    : undefined;
  const paletteDialog = palette !== null && (
    <CodePalette
      start={palette}
      files={files}
      editors={editors}
      commands={commands}
      onOpen={(path) => show(path, true)}
      onClose={() => setPalette(null)}
    />
  );

  if (narrow) {
    const panes: { pane: Pane; label: string; icon: typeof CodeIcon }[] = [
      { pane: 'files', label: 'Files', icon: FileDirectoryIcon },
      { pane: 'editor', label: 'Editor', icon: CodeIcon },
      { pane: 'activity', label: 'Activity', icon: HistoryIcon },
    ];
    return (
      <div className="code-page code-page-narrow" data-following={followed !== null} style={color}>
        {following}
        <div className="narrow-body">
          {pane === 'files' ? side : pane === 'editor' ? group(editors.focused) : activity}
        </div>
        <div className="narrow-switch">
          <SegmentedControl fullWidth aria-label="Show" onChange={(index) => setPane(panes[index]!.pane)}>
            {panes.map((each) => (
              <SegmentedControl.Button
                key={each.pane}
                selected={each.pane === pane}
                leadingVisual={each.icon}
              >
                {each.label}
              </SegmentedControl.Button>
            ))}
          </SegmentedControl>
        </div>
        {paletteDialog}
      </div>
    );
  }
  return (
    <div className="code-page" data-following={followed !== null} style={color}>
      {following}
      <div className="code-body">
        <Group className="code-panels" orientation="horizontal">
          <Panel id="side" defaultSize="280px" minSize="200px" maxSize="50%">
            {side}
          </Panel>
          {editors.groups.map((_, at) => (
            <Fragment key={at}>
              <Separator
                className="panel-separator"
                aria-label={at === 0 ? 'Resize the side panel' : 'Resize the editors'}
              />
              <Panel id={`editor-${at}`} minSize="240px">
                {group(at)}
              </Panel>
            </Fragment>
          ))}
          {showsActivity && (
            <>
              <Separator className="panel-separator" aria-label="Resize the activity" />
              <Panel id="activity" defaultSize="260px" minSize="180px" maxSize="40%">
                <div className="side-panel side-body">{activity}</div>
              </Panel>
            </>
          )}
        </Group>
        <IconButton
          className="activity-toggle"
          icon={showsActivity ? SidebarExpandIcon : HistoryIcon}
          size="small"
          variant="invisible"
          aria-label={showsActivity ? 'Hide the activity' : 'Show the activity'}
          onClick={() => setShowsActivity(!showsActivity)}
        />
      </div>
      {paletteDialog}
    </div>
  );
}

const SIDE_TARGETS: Record<SideView, string> = {
  explorer: '[role=treeitem][tabindex="0"]',
  search: '.search-query input',
  changes: '.commit-form textarea',
};

/** Editing keeps a tab open, ends following, and shows in the changes after a pause. */
function useEdited(
  workspaceId: string,
  pin: (path: string) => void,
  stopFollowing: () => void,
): (path: string) => void {
  const refresh = useRef(useRefreshFiles(workspaceId));
  const styleEdited = useRef(useStyleEdited(workspaceId));
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback(
    (path: string) => {
      pin(path);
      stopFollowing();
      clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        refresh.current();
        styleEdited.current(path);
      }, REFRESH_MS);
    },
    [pin, stopFollowing],
  );
}

/** A file that somebody else moved stays open at its new place. */
function useMovedFiles(move: (from: string, to: string) => void): void {
  const room = useRoom();
  useEffect(
    () =>
      room.subscribe('event', (event) => {
        if (event.type === 'file.moved') move(event.payload.from, event.payload.to);
      }),
    [room, move],
  );
}
