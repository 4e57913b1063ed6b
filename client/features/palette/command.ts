import type { Keys } from '@/lib/hotkeys.js';

/** Something one can do by its name, and mostly by a key too. */
export type Command = { id: string; label: string; keys?: readonly Keys[]; run: () => void };
