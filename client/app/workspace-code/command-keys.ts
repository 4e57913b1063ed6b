import { altKeys } from '@/lib/hotkeys.js';

/** Keys that VS Code has none for, or one that a browser keeps to itself. */
export const COMMAND_KEYS = {
  authors: altKeys('A', 'A'),
  close: altKeys('W', 'X'),
  history: altKeys('H', 'Y'),
  lineAuthor: altKeys('Q', 'G'),
  wrap: altKeys('Z', 'Z'),
};
