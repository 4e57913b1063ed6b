import { CodeIcon } from '@primer/octicons-react';
import { Blankslate } from '@primer/react/experimental';
import type { FileChange } from '@protocol/file.js';
import type { Workspace } from '@protocol/workspace.js';
import type { Conflicts } from '@/features/conflicts/use-conflicts.js';
import { writtenKeys } from '@/lib/hotkeys.js';
import { EditorPane } from './editor-pane.js';
import { TabBar } from './tab-bar.js';
import type { EditorGroupsState } from './use-editor-groups.js';
import { useTellPresence } from './use-tell-presence.js';

type Props = {
  workspace: Workspace;
  /** What differs from the last commit. */
  changes: readonly FileChange[];
  group: number;
  editors: EditorGroupsState;
  /** Opening by hand, as opposed to following somebody. */
  onOpen: (path: string, pin: boolean) => void;
  onEdited: (path: string) => void;
  onShowEvent: (seq: number) => void;
  conflicts: Conflicts;
};

/** The open files of one editor and the one that shows. */
export function EditorGroup(props: Props) {
  const { workspace, changes, group, editors, onOpen, onEdited, onShowEvent, conflicts } = props;
  const tabs = editors.groups[group]!;
  const shown = tabs.open.find((tab) => tab.path === tabs.active);
  const isHere = group === editors.focused;
  return (
    <div
      className="editor-column"
      data-here={isHere}
      onFocus={() => editors.focus(group)}
      onMouseDown={() => editors.focus(group)}
    >
      <TabBar
        group={group}
        tabs={tabs}
        canSplit={editors.groups.length === 1}
        onOpen={onOpen}
        onClose={(path) => editors.close(path, group)}
        onSplit={editors.split}
      />
      {shown ? (
        <EditorPane
          // Whoever types in a file that is moved types on.
          key={shown.opened ?? shown.path}
          workspace={workspace}
          path={shown.path}
          committedPath={committedPath(changes, shown.path)}
          group={group}
          isHere={isHere}
          hash={editors.hash}
          hashKey={editors.hashKey}
          view={shown.view}
          at={shown.at ?? null}
          onView={(view, at) => editors.setView(shown.path, view, group, at)}
          onOpen={(path) => onOpen(path, false)}
          onEdited={onEdited}
          onShowEvent={onShowEvent}
          conflicts={conflicts}
        />
      ) : (
        <NothingOpen />
      )}
    </div>
  );
}

function committedPath(changes: readonly FileChange[], path: string): string | null {
  const change = changes.find((each) => each.path === path);
  if (change?.status === 'added') return null;
  return change?.fromPath ?? path;
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
          Choose one on the left, or press {writtenKeys('Mod+P')} and type a few letters of its name. Whoever
          is in it sees you, and you see them, as you type. Nothing is lost before it is committed.
        </Blankslate.Description>
      </Blankslate>
    </div>
  );
}
