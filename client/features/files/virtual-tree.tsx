import type { Person } from '@protocol/user.js';
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import {
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
} from 'react';
import type { WorkspaceTree } from './tree-model.js';
import { parentOf, type TreeNode } from './tree-node.js';
import { LoadingRow, TreeRow } from './tree-row.js';
import { rowAfterKey, rowByName, visibleRows, type TreeRow as Row } from './tree-rows.js';

/** Primer's lines: a finger needs more room. */
const ROW_PX = matchMedia('(pointer: coarse)').matches ? 44 : 32;
/** Lines beyond the edges that are there already when they come into view. */
const OVERSCAN = 8;
/** A pause after which typing looks for another name. */
const TYPING_MS = 700;

const NOBODY: readonly Person[] = [];

type Props = {
  tree: WorkspaceTree;
  openPath: string | null;
  peopleAt: ReadonlyMap<string, readonly Person[]>;
  /** Files that wait for a decision. */
  conflictPaths: ReadonlySet<string>;
  hasMenu: boolean;
  expanded: ReadonlySet<string>;
  onExpand: (folders: readonly string[], expanded: boolean) => void;
  onOpen: (path: string, pin: boolean) => void;
  onMenu: (node: TreeNode, anchor: HTMLElement) => void;
};

/**
 * Files and folders as a tree of the WAI-ARIA pattern, of which the lines in
 * view alone are in the page: it may have 100,000. One line is where Tab comes
 * in; it stays in the page while it is scrolled away.
 */
export function VirtualTree({
  tree,
  openPath,
  peopleAt,
  conflictPaths,
  hasMenu,
  expanded,
  onExpand,
  onOpen,
  onMenu,
}: Props) {
  const rows = useMemo(() => visibleRows(tree, expanded), [tree, expanded]);
  const scroller = useRef<HTMLDivElement>(null);
  const { at, setFocusPath } = useActiveRow(rows, openPath);
  const activePath = rows[at]?.node.path ?? null;
  // eslint-disable-next-line react/incompatible-library -- nothing of it is handed on
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
    rangeExtractor: (range) => {
      const shown = defaultRangeExtractor(range);
      if (at < 0 || shown.includes(at)) return shown;
      return at < range.startIndex ? [at, ...shown] : [...shown, at];
    },
  });

  // A line that the keyboard goes to is in the page once it is the active one.
  const [toFocus, setToFocus] = useState<string | null>(null);
  const focusRow = (index: number): void => {
    const row = rows[index];
    if (!row) return;
    virtualizer.scrollToIndex(index, { align: 'auto' });
    setFocusPath(row.node.path);
    setToFocus(row.node.path);
  };
  useLayoutEffect(() => {
    if (toFocus === null) return;
    itemOf(scroller.current, toFocus)?.focus({ preventScroll: true });
    setToFocus(null);
  }, [toFocus]);
  useKeptFocus(scroller, activePath);

  const revealed = useRef<string | null>(null);
  useEffect(() => {
    if (openPath === null || revealed.current === openPath) return;
    const index = rows.findIndex((row) => row.node.path === openPath);
    if (index === -1) return;
    revealed.current = openPath;
    virtualizer.scrollToIndex(index, { align: 'auto' });
  }, [openPath, rows, virtualizer]);

  const activate = useCallback(
    (node: TreeNode, pin: boolean) => {
      if (node.kind === 'file') onOpen(node.path, pin);
      else onExpand([node.path], !expanded.has(node.path));
    },
    [expanded, onExpand, onOpen],
  );
  const typed = useTyping();
  const keys = (event: KeyboardEvent): void => {
    const node = rows[at]?.node;
    const isOnRow = event.target instanceof HTMLElement && event.target.role === 'treeitem';
    if (!node || !isOnRow || event.ctrlKey || event.altKey || event.metaKey) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_PX) - 1);
    const isExpanded = expanded.has(node.path);
    const next = rowAfterKey(rows, at, event.key, page, isExpanded);
    if (next !== null) focusRow(next);
    else if (event.key === 'Enter' || event.key === ' ') activate(node, true);
    else if (event.key === 'ArrowRight' && node.kind === 'folder') onExpand([node.path], true);
    else if (event.key === 'ArrowLeft' && isExpanded) onExpand([node.path], false);
    else if (event.key === '*') onExpand(foldersBeside(tree, node), true);
    else if (event.key.length === 1) {
      const found = rowByName(rows, at, typed(event.key));
      if (found !== null) focusRow(found);
    } else return;
    event.preventDefault();
  };

  return (
    <div ref={scroller} className="tree-scroller">
      <ul
        className="tree-rows"
        role="tree"
        aria-label="Files"
        style={{ height: virtualizer.getTotalSize() }}
        onKeyDown={keys}
      >
        {virtualizer.getVirtualItems().map(({ index, start }) => {
          const row = rows[index];
          if (!row) return null;
          const { node, level, position, setSize, isLoading } = row;
          return isLoading ? (
            <LoadingRow key={`${node.path}/`} top={start} height={ROW_PX} level={level} />
          ) : (
            <TreeRow
              key={node.path}
              node={node}
              level={level}
              position={position}
              setSize={setSize}
              top={start}
              height={ROW_PX}
              isExpanded={expanded.has(node.path)}
              isCurrent={node.path === openPath}
              isActive={index === at}
              people={peopleAt.get(node.path) ?? NOBODY}
              hasConflict={conflictPaths.has(node.path)}
              hasMenu={hasMenu}
              onActivate={activate}
              onFocus={setFocusPath}
              onMenu={onMenu}
            />
          );
        })}
      </ul>
    </div>
  );
}

/** Which line has the keyboard: where it was last, or the one in its place; at first the open file's. */
function useActiveRow(rows: readonly Row[], openPath: string | null) {
  const [focusPath, setFocusPath] = useState<string | null>(null);
  const [last, setLast] = useState(0);
  const { focused, open } = useMemo(() => {
    const find = (path: string | null): number =>
      path === null ? -1 : rows.findIndex((row) => !row.isLoading && row.node.path === path);
    return { focused: find(focusPath), open: find(openPath) };
  }, [rows, focusPath, openPath]);
  if (focused !== -1 && focused !== last) setLast(focused);
  const at = focused !== -1 ? focused : focusPath !== null ? last : Math.max(open, 0);
  return { at: Math.min(at, rows.length - 1), setFocusPath };
}

/** Where the focused line goes away (somebody deleted the file), the one in its place has the keyboard. */
function useKeptFocus(scroller: React.RefObject<HTMLDivElement | null>, activePath: string | null): void {
  const had = useRef(false);
  useEffect(() => {
    const element = scroller.current;
    const look = (): void => {
      had.current = element?.contains(document.activeElement) ?? false;
    };
    // A line that is taken out of the page is left without a focusout.
    document.addEventListener('focusin', look);
    document.addEventListener('pointerdown', look);
    return () => {
      document.removeEventListener('focusin', look);
      document.removeEventListener('pointerdown', look);
    };
  }, [scroller]);
  useLayoutEffect(() => {
    if (!had.current || document.activeElement !== document.body || activePath === null) return;
    itemOf(scroller.current, activePath)?.focus({ preventScroll: true });
  });
}

/** What was typed without a pause. */
function useTyping(): (key: string) => string {
  const typed = useRef({ text: '', at: 0 });
  return (key) => {
    const now = performance.now();
    const text = now - typed.current.at < TYPING_MS ? typed.current.text + key : key;
    typed.current = { text, at: now };
    return text;
  };
}

function foldersBeside(tree: WorkspaceTree, { path }: TreeNode): string[] {
  return tree
    .childrenOf(parentOf(path))
    .filter((each) => each.kind === 'folder' && !each.unlisted)
    .map((each) => each.path);
}

function itemOf(within: HTMLElement | null, path: string): HTMLElement | null {
  return within?.querySelector<HTMLElement>(`[role=treeitem][data-path="${CSS.escape(path)}"]`) ?? null;
}
