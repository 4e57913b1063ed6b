import { tabsReducer, type TabAction, type Tabs } from './tabs.js';

/**
 * One editor, or two side by side.
 *
 * EDT6 Splitting shows the active file a second time; a group whose last file is closed goes.
 */
export type EditorGroups = { groups: readonly Tabs[]; focused: number };
export type GroupAction =
  /** In one group, or in the focused one. */
  | { type: 'tabs'; group?: number; action: TabAction }
  /** What happened to a file itself, wherever it is open. */
  | { type: 'everywhere'; action: TabAction }
  | { type: 'focus'; group: number }
  | { type: 'split' };

export function groupsReducer(state: EditorGroups, action: GroupAction): EditorGroups {
  switch (action.type) {
    case 'tabs': {
      const at = Math.min(action.group ?? state.focused, state.groups.length - 1);
      const groups = state.groups.map((tabs, each) =>
        each === at ? tabsReducer(tabs, action.action) : tabs,
      );
      return withoutEmpty({ groups, focused: action.action.type === 'open' ? at : state.focused });
    }
    case 'everywhere':
      return withoutEmpty({
        ...state,
        groups: state.groups.map((tabs) => tabsReducer(tabs, action.action)),
      });
    case 'focus':
      return state.focused === action.group || !state.groups[action.group]
        ? state
        : { ...state, focused: action.group };
    case 'split': {
      const tabs = state.groups[state.focused];
      const tab = tabs?.open.find((each) => each.path === tabs.active);
      if (!tab || state.groups.length > 1) return { ...state, focused: state.groups.length - 1 };
      return {
        groups: [...state.groups, { open: [{ ...tab, pinned: true }], active: tab.path }],
        focused: 1,
      };
    }
  }
}

function withoutEmpty(state: EditorGroups): EditorGroups {
  const groups = state.groups.filter((tabs) => tabs.open.length > 0);
  if (groups.length === state.groups.length || state.groups.length === 1) return state;
  return { groups: groups.length > 0 ? groups : state.groups.slice(0, 1), focused: 0 };
}
