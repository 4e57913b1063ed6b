import {
  AlertIcon,
  ChevronDownIcon,
  ChevronRightIcon,
  FileDirectoryFillIcon,
  FileDirectoryOpenFillIcon,
  FileIcon,
  FileSubmoduleIcon,
  FileSymlinkFileIcon,
  KebabHorizontalIcon,
} from '@primer/octicons-react';
import { IconButton, Spinner } from '@primer/react';
import type { FileChange } from '@protocol/file.js';
import type { Person } from '@protocol/user.js';
import { memo, useId, type MouseEvent } from 'react';
import { personColor } from '@/lib/person-color.js';
import type { FileNode, TreeNode } from './tree-node.js';

const MARKS: Record<FileChange['status'], { letter: string; words: string }> = {
  added: { letter: 'A', words: 'added' },
  modified: { letter: 'M', words: 'modified' },
  deleted: { letter: 'D', words: 'deleted' },
  renamed: { letter: 'R', words: 'renamed' },
};

/** Pixels from the top, and how high: rows are placed, not stacked. */
export type RowPlace = { top: number; height: number };

type Props = {
  node: TreeNode;
  level: number;
  position: number;
  setSize: number;
  top: number;
  height: number;
  isExpanded: boolean;
  /** Its file is the one in the editor. */
  isCurrent: boolean;
  /** The keyboard is here, or comes back here. */
  isActive: boolean;
  /** Who is in this file. */
  people: readonly Person[];
  hasConflict: boolean;
  hasMenu: boolean;
  onActivate: (node: TreeNode, pin: boolean) => void;
  onFocus: (path: string) => void;
  onMenu: (node: TreeNode, anchor: HTMLElement) => void;
};

/** A line of the tree, as Primer's TreeView draws it. */
export const TreeRow = memo(function TreeRow({
  node,
  level,
  position,
  setSize,
  top,
  height,
  isExpanded,
  isCurrent,
  isActive,
  people,
  hasConflict,
  hasMenu,
  onActivate,
  onFocus,
  onMenu,
}: Props) {
  const id = useId();
  const isFolder = node.kind === 'folder';
  const openMenu = (event: MouseEvent<HTMLElement>): void => {
    const anchor = event.currentTarget.closest('li')?.querySelector<HTMLElement>('.file-menu');
    if (!anchor) return;
    event.preventDefault();
    event.stopPropagation();
    onMenu(node, anchor);
  };
  return (
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events -- the tree has the keys
    <li
      className="tree-row"
      style={{ height, transform: `translateY(${top}px)` }}
      role="treeitem"
      tabIndex={isActive ? 0 : -1}
      data-path={node.path}
      aria-level={level}
      aria-posinset={position}
      aria-setsize={setSize}
      aria-expanded={isFolder ? isExpanded : undefined}
      aria-current={isCurrent ? 'true' : undefined}
      aria-selected={isActive}
      aria-labelledby={`${id}-name`}
      aria-describedby={`${id}-lead ${id}-trail`}
      onClick={(event) => onActivate(node, event.detail > 1)}
      onFocus={(event) => event.target === event.currentTarget && onFocus(node.path)}
      onContextMenu={hasMenu ? openMenu : undefined}
    >
      <div className="tree-row-body">
        {Array.from({ length: level - 1 }, (_, at) => (
          <span key={at} className="tree-line" />
        ))}
        <span className="tree-toggle">
          {isFolder && (isExpanded ? <ChevronDownIcon size={12} /> : <ChevronRightIcon size={12} />)}
        </span>
        <span id={`${id}-lead`} className={`tree-glyph ${isFolder ? 'tree-folder' : ''}`}>
          {node.kind === 'file' ? (
            <FileGlyph node={node} />
          ) : isExpanded ? (
            <FileDirectoryOpenFillIcon />
          ) : (
            <FileDirectoryFillIcon />
          )}
        </span>
        <span id={`${id}-name`} className="file-name">
          {node.name}
        </span>
        <span className="file-trailing">
          <span id={`${id}-trail`} className="file-marks">
            {people.map((person) => (
              <span
                key={person.id}
                className="file-person"
                role="img"
                aria-label={`${person.name} is here`}
                title={person.name}
                style={{ background: personColor(person.color) }}
              />
            ))}
            {hasConflict && <ConflictMark />}
            <Mark node={node} />
          </span>
          {hasMenu && (
            <IconButton
              className="file-menu"
              icon={KebabHorizontalIcon}
              size="small"
              variant="invisible"
              tabIndex={-1}
              aria-label={`Actions for ${node.path}`}
              aria-haspopup="menu"
              unsafeDisableTooltip
              onClick={openMenu}
            />
          )}
        </span>
      </div>
    </li>
  );
});

/** The line below a folder whose files are on their way. */
export function LoadingRow({ top, height, level }: RowPlace & { level: number }) {
  return (
    <li
      className="tree-row tree-row-loading"
      style={{ height, transform: `translateY(${top}px)` }}
      role="treeitem"
      aria-level={level}
      aria-selected="false"
      aria-disabled="true"
    >
      <div className="tree-row-body">
        {Array.from({ length: level - 1 }, (_, at) => (
          <span key={at} className="tree-line" />
        ))}
        <span className="tree-toggle" />
        <Spinner size="small" srText={null} />
        <span className="file-name">Loading…</span>
      </div>
    </li>
  );
}

function Mark({ node }: { node: TreeNode }) {
  if (node.kind === 'folder')
    return node.changed && <span className="file-dot" role="img" aria-label="has changes" />;
  if (!node.change) return null;
  const { letter, words } = MARKS[node.change];
  return (
    <span className={`file-mark change-${node.change}`} role="img" aria-label={words} title={words}>
      {letter}
    </span>
  );
}

function ConflictMark() {
  const words = 'has a conflict: resolve it before committing';
  return (
    <span className="file-conflict-mark" role="img" aria-label={words} title={words}>
      <AlertIcon size={12} />
    </span>
  );
}

function FileGlyph({ node }: { node: FileNode }) {
  if (node.mode === '120000') return <FileSymlinkFileIcon aria-label="Symbolic link" />;
  if (node.mode === '160000') return <FileSubmoduleIcon aria-label="Submodule" />;
  return <FileIcon />;
}
