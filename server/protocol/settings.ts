import { z } from 'zod';

/** How the editor looks and behaves to one person, on every device of his. */
export const settings = z.object({
  theme: z.enum(['auto', 'light', 'dark']),
  /** Columns of a tab, where the file itself does not show another. */
  tabSize: z.union([z.literal(2), z.literal(4), z.literal(8)]),
  wordWrap: z.boolean(),
  /** Those of the editor; the page's own are VS Code's. */
  keys: z.enum(['vscode', 'vim']),
  /** Pixels. */
  fontSize: z.number().int().min(10).max(24),
  minimap: z.boolean(),
  /** Spaces and tabs as dots and arrows. */
  showWhitespace: z.boolean(),
  /** Who wrote each line, beside it. */
  showAuthors: z.boolean(),
});
export type Settings = z.infer<typeof settings>;

export const defaultSettings: Settings = {
  theme: 'auto',
  tabSize: 2,
  wordWrap: false,
  keys: 'vscode',
  fontSize: 13,
  minimap: false,
  showWhitespace: false,
  showAuthors: false,
};

/** What one wants changed; the rest stays. */
export const settingsUpdate = settings.partial();
export type SettingsUpdate = z.infer<typeof settingsUpdate>;
