import { PlusIcon } from '@primer/octicons-react';
import { ActionList, ActionMenu, IconButton } from '@primer/react';
import { Blankslate } from '@primer/react/experimental';
import type { Person } from '@protocol/user.js';
import { useCallback, useEffect, useRef, useState, type KeyboardEvent, type RefObject } from 'react';
import { FileNameDialog } from './file-name-dialog.js';
import type { WorkspaceTree } from './tree-model.js';
import { parentOf, type TreeNode } from './tree-node.js';
import { foldersAbove } from './tree-rows.js';
import { UploadMenu } from './upload-menu.js';
import type { useFileActions } from './use-files.js';
import { useTreeDrag } from './use-tree-drag.js';
import { VirtualTree } from './virtual-tree.js';
import './file-tree.css';

type Props = {
  tree: WorkspaceTree;
  openPath: string | null;
  writable: boolean;
  /** Who is in each file. */
  peopleAt: ReadonlyMap<string, readonly Person[]>;
  /** Files that wait for a decision. */
  conflictPaths: ReadonlySet<string>;
  actions: ReturnType<typeof useFileActions>;
  onOpen: (path: string, pin: boolean) => void;
  onMoved: (from: string, to: string) => void;
  /** Asks for what is in a folder that the forge has not listed. */
  onList: (folder: string) => void;
  onUpload: (folder: string, kind: 'files' | 'folder') => void;
  onDropFiles: (folder: string, dropped: DataTransfer) => void;
};

type Naming = { kind: 'create'; initial: string } | { kind: 'move'; initial: string };

/** The files, as in an editor's explorer. F2 renames, Delete deletes, Enter opens. */
export function FileTree({
  tree,
  openPath,
  writable,
  peopleAt,
  conflictPaths,
  actions,
  onOpen,
  onMoved,
  onList,
  onUpload,
  onDropFiles,
}: Props) {
  const { expanded, expand } = useExpanded(tree, openPath, onList);
  const [menu, setMenu] = useState<Menu | null>(null);
  const openMenu = useCallback((node: TreeNode, anchor: HTMLElement) => {
    setMenu({ node, anchor: { current: anchor } });
  }, []);
  const [naming, setNaming] = useState<Naming | null>(null);
  const drag = useTreeDrag(writable, {
    isFolder: (path) => tree.at(path)?.kind === 'folder',
    onMove: (from, to) => actions.drag(from, to, onMoved),
    onDropFiles,
  });
  const mutation = naming?.kind === 'move' ? actions.move : actions.create;
  const keys = (event: KeyboardEvent): void => {
    const path = event.target instanceof HTMLElement ? event.target.dataset.path : undefined;
    if (!writable || path === undefined) return;
    if (event.key === 'F2') startMove(path);
    else if (event.key === 'Delete') actions.remove.mutate(path);
    else return;
    event.preventDefault();
  };
  const submit = (path: string): void => {
    if (!naming) return;
    const close = { onSuccess: () => setNaming(null) };
    if (naming.kind === 'create') {
      actions.create.mutate(path, { onSuccess: () => (setNaming(null), onOpen(path, true)) });
    } else {
      actions.move.mutate(
        { from: naming.initial, to: path },
        { ...close, onSuccess: () => (setNaming(null), onMoved(naming.initial, path)) },
      );
    }
  };
  const startCreate = (folder: string): void => {
    actions.create.reset();
    setNaming({ kind: 'create', initial: folder === '' ? '' : `${folder}/` });
  };
  const startMove = (path: string): void => {
    actions.move.reset();
    setNaming({ kind: 'move', initial: path });
  };
  return (
    <section
      className="file-tree"
      data-drop={drag.over === '' || undefined}
      onKeyDown={keys}
      {...drag.handlers}
      aria-label="Explorer"
    >
      <header className="panel-header">
        <h2>Files</h2>
        {writable && (
          <span>
            <UploadMenu onUpload={(kind) => onUpload('', kind)} />
            <IconButton
              icon={PlusIcon}
              size="small"
              variant="invisible"
              aria-label="New file"
              onClick={() => startCreate('')}
            />
          </span>
        )}
      </header>
      {tree.childrenOf('').length === 0 ? (
        <Blankslate narrow>
          <Blankslate.Heading as="h3">No files yet</Blankslate.Heading>
          <Blankslate.Description>
            {writable
              ? 'Make the first one with the plus above.'
              : 'Whoever may edit this branch can make the first one.'}
          </Blankslate.Description>
        </Blankslate>
      ) : (
        <VirtualTree
          tree={tree}
          openPath={openPath}
          peopleAt={peopleAt}
          conflictPaths={conflictPaths}
          hasMenu={writable}
          expanded={expanded}
          onExpand={expand}
          onOpen={onOpen}
          onMenu={openMenu}
        />
      )}
      {menu && (
        <RowMenu
          menu={menu}
          onClose={() => setMenu(null)}
          onCreate={startCreate}
          onUpload={(folder) => onUpload(folder, 'files')}
          onRename={({ path }) => startMove(path)}
          onDelete={({ path }) => actions.remove.mutate(path)}
        />
      )}
      {naming && (
        <FileNameDialog
          title={naming.kind === 'create' ? 'New file' : `Rename or move ${naming.initial}`}
          action={naming.kind === 'create' ? 'Create' : 'Move'}
          initial={naming.initial}
          pending={mutation.isPending}
          problem={mutation.error?.message}
          onSubmit={submit}
          onClose={() => setNaming(null)}
        />
      )}
    </section>
  );
}

type Menu = { node: TreeNode; anchor: RefObject<HTMLElement | null> };

type RowMenuProps = {
  menu: Menu;
  onClose: () => void;
  onCreate: (folder: string) => void;
  onUpload: (folder: string) => void;
  onRename: (node: TreeNode) => void;
  onDelete: (node: TreeNode) => void;
};

/** One menu for all lines: a thousand of them would make scrolling slow. */
function RowMenu({ menu: { node, anchor }, onClose, onCreate, onUpload, onRename, onDelete }: RowMenuProps) {
  const folder = node.kind === 'folder' ? node.path : parentOf(node.path);
  return (
    <ActionMenu open anchorRef={anchor} onOpenChange={(open) => !open && onClose()}>
      <ActionMenu.Overlay aria-label={`Actions for ${node.path}`}>
        <ActionList>
          <ActionList.Item onSelect={() => onCreate(folder)}>New file here</ActionList.Item>
          <ActionList.Item onSelect={() => onUpload(folder)}>Upload files here</ActionList.Item>
          <ActionList.Item onSelect={() => onRename(node)}>
            Rename or move
            <ActionList.TrailingVisual>F2</ActionList.TrailingVisual>
          </ActionList.Item>
          <ActionList.Item variant="danger" onSelect={() => onDelete(node)}>
            Delete
            <ActionList.TrailingVisual>Del</ActionList.TrailingVisual>
          </ActionList.Item>
        </ActionList>
      </ActionMenu.Overlay>
    </ActionMenu>
  );
}

/** Which folders are open: those above the file that is opened, whenever that is another one, and what a person opens. */
function useExpanded(tree: WorkspaceTree, openPath: string | null, onList: (folder: string) => void) {
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(new Set());
  const [revealed, setRevealed] = useState<string | null>(null);
  if (openPath !== null && openPath !== revealed) {
    setRevealed(openPath);
    setExpanded(new Set([...expanded, ...foldersAbove(openPath)]));
  }
  const expand = useCallback((folders: readonly string[], open: boolean) => {
    setExpanded((before) => {
      const after = new Set(before);
      for (const folder of folders)
        if (open) after.add(folder);
        else after.delete(folder);
      return after;
    });
  }, []);
  // A base that has moved may leave a folder unlisted that is open.
  const asked = useRef(new Set<string>());
  useEffect(() => {
    for (const folder of tree.base.unlisted)
      if (expanded.has(folder) && !asked.current.has(folder)) {
        asked.current.add(folder);
        onList(folder);
      }
    for (const folder of asked.current) if (!tree.base.isUnlisted(folder)) asked.current.delete(folder);
  }, [tree, expanded, onList]);
  return { expanded, expand };
}
