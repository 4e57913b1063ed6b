import {
  FileIcon,
  FileSubmoduleIcon,
  FileSymlinkFileIcon,
  KebabHorizontalIcon,
  PlusIcon,
} from '@primer/octicons-react';
import { ActionList, ActionMenu, IconButton, TreeView } from '@primer/react';
import { Blankslate } from '@primer/react/experimental';
import type { FileChange } from '@protocol/file.js';
import type { Person } from '@protocol/user.js';
import { useState, type KeyboardEvent } from 'react';
import { personColor } from '@/lib/person-color.js';
import { FileNameDialog } from './file-name-dialog.js';
import { isFolder, parentOf, type FileNode, type FolderNode, type TreeNode } from './tree-model.js';
import { UploadMenu } from './upload-menu.js';
import type { useFileActions } from './use-files.js';
import { useTreeDrag } from './use-tree-drag.js';
import './file-tree.css';

const MARKS: Record<FileChange['status'], { letter: string; words: string }> = {
  added: { letter: 'A', words: 'added' },
  modified: { letter: 'M', words: 'modified' },
  deleted: { letter: 'D', words: 'deleted' },
  renamed: { letter: 'R', words: 'renamed' },
};

type Props = {
  root: FolderNode;
  openPath: string | null;
  writable: boolean;
  /** Who is in each file. */
  peopleAt: ReadonlyMap<string, readonly Person[]>;
  actions: ReturnType<typeof useFileActions>;
  onOpen: (path: string, pin: boolean) => void;
  onMoved: (from: string, to: string) => void;
  onUpload: (folder: string, kind: 'files' | 'folder') => void;
  onDropFiles: (folder: string, dropped: DataTransfer) => void;
};

type Naming = { kind: 'create'; initial: string } | { kind: 'move'; initial: string };

/** The files, as in an editor's explorer. F2 renames, Delete deletes, Enter opens. */
export function FileTree({
  root,
  openPath,
  writable,
  peopleAt,
  actions,
  onOpen,
  onMoved,
  onUpload,
  onDropFiles,
}: Props) {
  const [naming, setNaming] = useState<Naming | null>(null);
  const drag = useTreeDrag(writable, {
    isFolder: (path) => isFolder(root, path),
    onMove: (from, to) => actions.drag(from, to, onMoved),
    onDropFiles,
  });
  const mutation = naming?.kind === 'move' ? actions.move : actions.create;
  const keys = (event: KeyboardEvent): void => {
    // A row's id is its path.
    const path =
      event.target instanceof Element && event.target.matches('[role=treeitem]') ? event.target.id : '';
    if (!writable || path === '') return;
    if (event.key === 'F2') setNaming({ kind: 'move', initial: path });
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
  const row = (node: TreeNode) => ({
    node,
    openPath,
    writable,
    peopleAt,
    onOpen,
    onRename: () => {
      actions.move.reset();
      setNaming({ kind: 'move', initial: node.path });
    },
    onDelete: () => actions.remove.mutate(node.path),
    onCreate: () => startCreate(node.kind === 'folder' ? node.path : parentOf(node.path)),
    onUpload: () => onUpload(node.kind === 'folder' ? node.path : parentOf(node.path), 'files'),
  });
  const rows = (folder: FolderNode) =>
    folder.children.map((node) => <Row key={node.path} {...row(node)} rows={rows} />);
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
      {root.children.length === 0 ? (
        <Blankslate narrow>
          <Blankslate.Heading as="h3">No files yet</Blankslate.Heading>
          <Blankslate.Description>
            {writable
              ? 'Make the first one with the plus above.'
              : 'Whoever may edit this branch can make the first one.'}
          </Blankslate.Description>
        </Blankslate>
      ) : (
        <TreeView aria-label="Files">{rows(root)}</TreeView>
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

type RowProps = Pick<Props, 'openPath' | 'writable' | 'peopleAt' | 'onOpen'> & {
  node: TreeNode;
  rows: (folder: FolderNode) => React.ReactNode;
  onRename: () => void;
  onDelete: () => void;
  onCreate: () => void;
  onUpload: () => void;
};

function Row({
  node,
  rows,
  openPath,
  writable,
  peopleAt,
  onOpen,
  onRename,
  onDelete,
  onCreate,
  onUpload,
}: RowProps) {
  const [expanded, setExpanded] = useState(
    node.kind === 'folder' && (openPath?.startsWith(`${node.path}/`) ?? false),
  );
  const menu = writable && (
    <ActionMenu>
      <ActionMenu.Anchor>
        <IconButton
          className="file-menu"
          icon={KebabHorizontalIcon}
          size="small"
          variant="invisible"
          tabIndex={-1}
          aria-label={`Actions for ${node.path}`}
          onClick={(event) => event.stopPropagation()}
        />
      </ActionMenu.Anchor>
      <ActionMenu.Overlay>
        <ActionList>
          <ActionList.Item onSelect={onCreate}>New file here</ActionList.Item>
          <ActionList.Item onSelect={onUpload}>Upload files here</ActionList.Item>
          <ActionList.Item onSelect={onRename}>
            Rename or move
            <ActionList.TrailingVisual>F2</ActionList.TrailingVisual>
          </ActionList.Item>
          <ActionList.Item variant="danger" onSelect={onDelete}>
            Delete
            <ActionList.TrailingVisual>Del</ActionList.TrailingVisual>
          </ActionList.Item>
        </ActionList>
      </ActionMenu.Overlay>
    </ActionMenu>
  );
  if (node.kind === 'folder') {
    return (
      <TreeView.Item id={node.path} expanded={expanded} onExpandedChange={setExpanded}>
        <TreeView.LeadingVisual>
          <TreeView.DirectoryIcon />
        </TreeView.LeadingVisual>
        {node.name}
        <TreeView.TrailingVisual>
          <span className="file-trailing">
            {node.changed && <span className="file-dot" role="img" aria-label="has changes" />}
            {menu}
          </span>
        </TreeView.TrailingVisual>
        <TreeView.SubTree>{expanded && rows(node)}</TreeView.SubTree>
      </TreeView.Item>
    );
  }
  return (
    <TreeView.Item
      id={node.path}
      current={node.path === openPath}
      onSelect={(event) =>
        onOpen(node.path, event.type === 'keydown' || ('detail' in event && event.detail > 1))
      }
    >
      <TreeView.LeadingVisual>
        <FileGlyph node={node} />
      </TreeView.LeadingVisual>
      <span className="file-name">{node.name}</span>
      <TreeView.TrailingVisual>
        <span className="file-trailing">
          {(peopleAt.get(node.path) ?? []).map((person) => (
            <span
              key={person.id}
              className="file-person"
              role="img"
              aria-label={`${person.name} is here`}
              title={person.name}
              style={{ background: personColor(person.color) }}
            />
          ))}
          {node.change && (
            <span
              className={`file-mark change-${node.change}`}
              role="img"
              aria-label={MARKS[node.change].words}
              title={MARKS[node.change].words}
            >
              {MARKS[node.change].letter}
            </span>
          )}
          {menu}
        </span>
      </TreeView.TrailingVisual>
    </TreeView.Item>
  );
}

function FileGlyph({ node }: { node: FileNode }) {
  if (node.mode === '120000') return <FileSymlinkFileIcon aria-label="Symbolic link" />;
  if (node.mode === '160000') return <FileSubmoduleIcon aria-label="Submodule" />;
  return <FileIcon />;
}
