import type { ConflictView } from './conflict-view.js';

/** The conflicts of the editor one was last in, for the palette. Null while none is open. */
let active: ConflictView | null = null;

export function enterConflicts(view: ConflictView): void {
  active = view;
}

export function leaveConflicts(view: ConflictView): void {
  if (active === view) active = null;
}

export function activeConflicts(): ConflictView | null {
  return active;
}
