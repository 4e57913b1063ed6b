import { CodeIcon, FileDirectoryIcon, HistoryIcon, SidebarExpandIcon } from '@primer/octicons-react';
import { IconButton, SegmentedControl } from '@primer/react';
import { Blankslate } from '@primer/react/experimental';
import type { Workspace } from '@protocol/workspace.js';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { Group, Panel, Separator } from 'react-resizable-panels';
import { DelayedProgress } from '@/components/delayed-progress.js';
import { Problem } from '@/components/problem.js';
import { EventFeed } from '@/features/events/event-feed.js';
import { useFiles, useRefreshFiles } from '@/features/files/use-files.js';
import { useRoom } from '@/lib/room-context.js';
import { useShortcuts } from '@/lib/use-shortcuts.js';
import { EditorPane } from './editor-pane.js';
import { SidePanel, type SideView } from './side-panel.js';
import { TabBar } from './tab-bar.js';
import { useKeptDocuments } from './use-kept-documents.js';
import { useNarrow } from './use-narrow.js';
import { useTabs } from './use-tabs.js';
import { useTellPresence } from './use-tell-presence.js';
import './code-page.css';

type Pane = 'files' | 'editor' | 'activity';

/** After the last edit: the changes' counts are looked up once a pause. */
const REFRESH_MS = 1_200;

/** The editor of a branch: files and changes, open files, and what happens around them. */
export function CodePage({ workspace }: { workspace: Workspace }) {
  const room = useRoom();
  const files = useFiles(workspace.id, room);
  const { tabs, open, pin, close, move, hash } = useTabs();
  const [view, setView] = useState<SideView>('explorer');
  const [diffPath, setDiffPath] = useState<string | null>(null);
  const [pane, setPane] = useState<Pane>(tabs.active ? 'editor' : 'files');
  const [showsActivity, setShowsActivity] = useState(true);
  /** Raised when the keyboard belongs into the open file. */
  const [focusCount, setFocusCount] = useState(0);
  const narrow = useNarrow();
  const onEdited = useEdited(workspace.id, pin);
  const moveOpen = useCallback(
    (from: string, to: string) => {
      room.moveDocument(from, to);
      move(from, to);
    },
    [room, move],
  );
  useKeptDocuments(useMemo(() => tabs.open.map((tab) => tab.path), [tabs.open]));
  useMovedFiles(move);
  useShortcuts({
    'Shift+E': () => reveal('explorer', '[role=treeitem][tabindex="0"]'),
    'Shift+G': () => reveal('changes', '.commit-form textarea'),
  });

  /** Shows a side view with the keyboard in it. */
  function reveal(next: SideView, focus: string): void {
    flushSync(() => {
      setView(next);
      setPane('files');
    });
    document.querySelector<HTMLElement>(focus)?.focus();
  }

  const show = useCallback(
    (path: string, keep: boolean) => {
      open(path, keep);
      if (keep) setFocusCount((count) => count + 1);
      setDiffPath((shown) => (shown === path ? shown : null));
      setPane('editor');
    },
    [open],
  );
  if (!files.data) {
    return files.error ? (
      <Problem error={files.error} onRetry={() => void files.refetch()} />
    ) : (
      <DelayedProgress label="Loading the files" />
    );
  }
  const side = (
    <SidePanel
      workspace={workspace}
      files={files.data}
      view={view}
      openPath={tabs.active}
      onView={setView}
      onOpen={show}
      onShowDiff={(path) => {
        open(path, false);
        setDiffPath(path);
        setPane('editor');
      }}
      onMoved={moveOpen}
      onCommitted={() => void files.refetch()}
    />
  );
  const editor = (
    <div className="editor-column">
      <TabBar tabs={tabs} onOpen={show} onClose={close} />
      {tabs.active === null ? (
        <NothingOpen />
      ) : (
        <EditorPane
          key={tabs.active}
          workspace={workspace}
          path={tabs.active}
          hash={hash}
          diff={diffPath === tabs.active}
          onDiff={(diff) => setDiffPath(diff ? tabs.active : null)}
          focusCount={focusCount}
          onEdited={onEdited}
        />
      )}
    </div>
  );
  const activity = <EventFeed workspaceId={workspace.id} room={room} onOpen={(path) => show(path, false)} />;

  if (narrow) {
    const panes: { pane: Pane; label: string; icon: typeof CodeIcon }[] = [
      { pane: 'files', label: 'Files', icon: FileDirectoryIcon },
      { pane: 'editor', label: 'Editor', icon: CodeIcon },
      { pane: 'activity', label: 'Activity', icon: HistoryIcon },
    ];
    return (
      <div className="code-page code-page-narrow">
        <div className="narrow-body">{pane === 'files' ? side : pane === 'editor' ? editor : activity}</div>
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
      </div>
    );
  }
  return (
    <div className="code-page">
      <Group className="code-panels" orientation="horizontal">
        <Panel id="side" defaultSize="280px" minSize="200px" maxSize="50%">
          {side}
        </Panel>
        <Separator className="panel-separator" aria-label="Resize the side panel" />
        <Panel id="editor" minSize="300px">
          {editor}
        </Panel>
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
  );
}

function NothingOpen() {
  useTellPresence(null, null);
  return (
    <div className="nothing-open">
      <Blankslate>
        <Blankslate.Visual>
          <CodeIcon size="medium" />
        </Blankslate.Visual>
        <Blankslate.Heading as="h2">Open a file to edit it together</Blankslate.Heading>
        <Blankslate.Description>
          Choose one on the left. Whoever is in it sees you, and you see them, as you type. Nothing is lost
          before it is committed.
        </Blankslate.Description>
      </Blankslate>
    </div>
  );
}

/** Editing keeps a tab open, and shows in the changes after a pause. */
function useEdited(workspaceId: string, pin: (path: string) => void): (path: string) => void {
  const refresh = useRef(useRefreshFiles(workspaceId));
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback(
    (path: string) => {
      pin(path);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => refresh.current(), REFRESH_MS);
    },
    [pin],
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
