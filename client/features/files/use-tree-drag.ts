import { useRef, useState, type DragEvent, type PointerEvent } from 'react';
import { nameOf, parentOf } from './tree-node.js';

/** What is dragged within the tree; nobody else knows the name. */
const PATH_TYPE = 'application/x-perch-path';
/** A closed folder opens when something is held over it this long. */
const OPENS_AFTER_MS = 700;

type Drops = {
  isFolder: (path: string) => boolean;
  onMove: (from: string, to: string) => void;
  onDropFiles: (folder: string, dropped: DataTransfer) => void;
};

/**
 * Dragging in the tree: its own files and folders to another folder, and
 * files of the device into one. Told by the events that rise from the rows,
 * so that the rows need not know.
 */
export function useTreeDrag(isOn: boolean, { isFolder, onMove, onDropFiles }: Drops) {
  const [over, setOver] = useState<string | null>(null);
  const opening = useRef<{ folder: string; timer: ReturnType<typeof setTimeout> }>(undefined);
  /** The folder something is dropped into: the one it is dropped on, or that of the file it is dropped on. */
  const folderAt = (target: EventTarget): string => {
    const row = rowOf(target);
    if (!row) return '';
    return isFolder(pathOf(row)) ? pathOf(row) : parentOf(pathOf(row));
  };
  const end = (): void => {
    clearTimeout(opening.current?.timer);
    opening.current = undefined;
    setOver(null);
    mark(null);
  };
  const hover = (row: HTMLElement | null, folder: string): void => {
    if (over !== folder) setOver(folder);
    const isOnFolder = row !== null && pathOf(row) === folder;
    mark(isOnFolder ? row : null);
    if (opening.current?.folder === folder) return;
    clearTimeout(opening.current?.timer);
    const opens = isOnFolder && row.getAttribute('aria-expanded') !== 'true';
    const timer = setTimeout(() => opens && row.isConnected && row.click(), OPENS_AFTER_MS);
    opening.current = { folder, timer };
  };
  const handlers = {
    // A row can be dragged from the moment it is pressed, and not before: its text may be chosen elsewhere.
    onPointerDown: (event: PointerEvent) => {
      const row = rowOf(event.target);
      if (row) row.draggable = true;
    },
    onDragStart: (event: DragEvent) => {
      const row = rowOf(event.target);
      if (!row) return;
      event.dataTransfer.setData(PATH_TYPE, pathOf(row));
      event.dataTransfer.effectAllowed = 'move';
    },
    onDragOver: (event: DragEvent) => {
      const isOwn = event.dataTransfer.types.includes(PATH_TYPE);
      if (!isOwn && !event.dataTransfer.types.includes('Files')) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = isOwn ? 'move' : 'copy';
      hover(rowOf(event.target), folderAt(event.target));
    },
    onDragLeave: (event: DragEvent) => {
      const to = event.relatedTarget;
      if (!(to instanceof Node) || !event.currentTarget.contains(to)) end();
    },
    onDragEnd: end,
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      end();
      const folder = folderAt(event.target);
      const from = event.dataTransfer.getData(PATH_TYPE);
      if (from === '') return onDropFiles(folder, event.dataTransfer);
      const to = folder === '' ? nameOf(from) : `${folder}/${nameOf(from)}`;
      if (to !== from && folder !== from && !folder.startsWith(`${from}/`)) onMove(from, to);
    },
  };
  return { over, handlers: isOn ? handlers : {} };
}

function rowOf(target: EventTarget): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>('[role=treeitem][data-path]') : null;
}

const pathOf = (row: HTMLElement): string => row.dataset.path ?? '';

let marked: HTMLElement | null = null;

function mark(row: HTMLElement | null): void {
  if (marked === row) return;
  marked?.removeAttribute('data-drop');
  row?.setAttribute('data-drop', '');
  marked = row;
}
