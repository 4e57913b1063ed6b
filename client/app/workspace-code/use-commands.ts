import { useCallback, useMemo } from 'react';
import { activeConflicts } from '@/features/conflicts/active-conflicts.js';
import {
  activeEditor,
  focusEditor,
  focusNextEditor,
  runEditorAction,
} from '@/features/editor/active-editor.js';
import type { Command } from '@/features/palette/command.js';
import { whoWroteThisLine } from '@/features/authorship/active-lines.js';
import { hasPreview } from '@/features/preview/has-preview.js';
import { useHotkeys } from '@/lib/hotkeys.js';
import { useChangeSettings, useSettings } from '@/lib/settings.js';
import { COMMAND_KEYS } from './command-keys.js';
import type { SideView } from './side-panel.js';
import type { TabView } from './tabs.js';
import type { EditorGroupsState } from './use-editor-groups.js';

type Doing = {
  editors: EditorGroupsState;
  showSide: (view: SideView) => void;
  toggleActivity: () => void;
  openPalette: (start: string) => void;
};

/** Everything the code page can do, by name and by the keys VS Code has for it where a browser leaves them to us. */
export function useCommands({ editors, showSide, toggleActivity, openPalette }: Doing): () => Command[] {
  const settings = useSettings();
  const change = useChangeSettings();
  const { active, groups, focused, setView, split, close, focus } = editors;
  const own = useMemo((): Command[] => {
    const view = groups[focused]?.open.find((tab) => tab.path === active)?.view ?? 'text';
    const toggleView = (other: Exclude<TabView, 'text'>) =>
      active !== null && setView(active, view === other ? 'text' : other);
    return [
      { id: 'perch.quickOpen', label: 'Go to File…', keys: ['Mod+P'], run: () => openPalette('') },
      {
        id: 'perch.commands',
        label: 'Show All Commands',
        keys: ['Mod+Shift+P', 'F1'],
        run: () => openPalette('>'),
      },
      {
        id: 'perch.symbols',
        label: 'Go to Symbol…',
        keys: ['Mod+Shift+O'],
        run: () => runEditorAction('editor.action.quickOutline'),
      },
      { id: 'perch.line', label: 'Go to Line…', run: () => openPalette(':') },
      {
        id: 'perch.explorer',
        label: 'View: Show Explorer',
        keys: ['Mod+Shift+E'],
        run: () => showSide('explorer'),
      },
      {
        id: 'perch.search',
        label: 'Search: Find and Replace in Files',
        keys: ['Mod+Shift+F'],
        run: () => showSide('search'),
      },
      {
        id: 'perch.changes',
        label: 'View: Show Changes',
        keys: ['Mod+Shift+G'],
        run: () => showSide('changes'),
      },
      { id: 'perch.activity', label: 'View: Toggle Activity', run: toggleActivity },
      { id: 'perch.focusEditor', label: 'View: Focus the Editor', run: focusEditor },
      {
        id: 'perch.split',
        label: 'View: Split Editor',
        keys: ['Mod+\\'],
        run: () => {
          focusNextEditor();
          split();
        },
      },
      {
        id: 'perch.otherGroup',
        label: 'View: Focus the Editor Beside',
        run: () => {
          focus(groups.length - 1 - focused);
          document
            .querySelectorAll<HTMLElement>('.editor-column')
            [groups.length - 1 - focused]?.querySelector<HTMLElement>(
              '.monaco-editor textarea, .monaco-editor .native-edit-context',
            )
            ?.focus();
        },
      },
      {
        id: 'perch.close',
        label: 'View: Close File',
        keys: [COMMAND_KEYS.close],
        run: () => active !== null && close(active),
      },
      {
        id: 'perch.preview',
        label: 'Markdown: Toggle Preview',
        keys: ['Mod+Shift+V'],
        run: () => active !== null && hasPreview(active) && toggleView('preview'),
      },
      { id: 'perch.diff', label: 'File: Compare with the Last Commit', run: () => toggleView('diff') },
      {
        id: 'perch.history',
        label: 'File: Show as It Was',
        keys: [COMMAND_KEYS.history],
        run: () => toggleView('past'),
      },
      {
        id: 'perch.authors',
        label: 'View: Show Authors of Lines',
        keys: [COMMAND_KEYS.authors],
        run: () => change({ showAuthors: !settings.showAuthors }),
      },
      {
        id: 'perch.lineAuthor',
        label: 'Who Wrote This Line',
        keys: [COMMAND_KEYS.lineAuthor],
        run: whoWroteThisLine,
      },
      ...conflictCommands,
      {
        id: 'perch.wrap',
        label: 'View: Toggle Word Wrap',
        keys: [COMMAND_KEYS.wrap],
        run: () => change({ wordWrap: !settings.wordWrap }),
      },
      {
        id: 'perch.keys',
        label: 'Preferences: Toggle Vim Keys',
        run: () => change({ keys: settings.keys === 'vim' ? 'vscode' : 'vim' }),
      },
      {
        id: 'perch.theme',
        label: 'Preferences: Toggle Dark Theme',
        run: () => change({ theme: settings.theme === 'dark' ? 'light' : 'dark' }),
      },
    ];
  }, [
    active,
    groups,
    focused,
    setView,
    split,
    close,
    focus,
    settings,
    change,
    showSide,
    toggleActivity,
    openPalette,
  ]);
  useHotkeys(own.flatMap(({ keys, run }) => (keys ? [{ keys, run }] : [])));
  return useCallback(() => [...own, ...monacoCommands()], [own]);
}

/** In VS Code's words and keys. */
const conflictCommands: Command[] = [
  {
    id: 'perch.conflict.next',
    label: 'Merge Conflict: Next Conflict',
    keys: ['Alt+F5'],
    run: () => activeConflicts()?.go(1),
  },
  {
    id: 'perch.conflict.previous',
    label: 'Merge Conflict: Previous Conflict',
    keys: ['Alt+Shift+F5'],
    run: () => activeConflicts()?.go(-1),
  },
  {
    id: 'perch.conflict.current',
    label: 'Merge Conflict: Accept Current',
    run: () => activeConflicts()?.resolveHere('current'),
  },
  {
    id: 'perch.conflict.incoming',
    label: 'Merge Conflict: Accept Incoming',
    run: () => activeConflicts()?.resolveHere('incoming'),
  },
  {
    id: 'perch.conflict.both',
    label: 'Merge Conflict: Accept Both',
    run: () => activeConflicts()?.resolveHere('both'),
  },
  {
    id: 'perch.conflict.compare',
    label: 'Merge Conflict: Compare Current Conflict',
    run: () => activeConflicts()?.compareHere(),
  },
];

/** What the editor one was last in can do by itself. */
function monacoCommands(): Command[] {
  const actions = activeEditor()?.getSupportedActions() ?? [];
  return actions
    .filter(({ id, label }) => label !== '' && !/^perch\.|quickCommand$/.test(id))
    .map(({ id, label }) => ({ id, label: `Editor: ${label}`, run: () => runEditorAction(id) }))
    .toSorted((one, other) => one.label.localeCompare(other.label));
}
