/**
 * The open files, as in VS Code.
 *
 * EDT4 A file opened to look at takes the place of the last such one; editing or opening it again keeps it.
 * EDT5 Closing the active file activates its neighbour.
 */
export type TabView = 'text' | 'diff' | 'preview' | 'past';
/**
 * `at` is the event after which a file of the past is shown; without it, the last there is.
 * `opened` is what the tab was opened as, where its file was moved since: its editor is the same.
 */
export type Tab = { path: string; pinned: boolean; view: TabView; at?: number; opened?: string };
export type Tabs = { open: readonly Tab[]; active: string | null };
export type TabAction =
  /** Without a view an open tab keeps the one it has. */
  | { type: 'open'; path: string; pin: boolean; view?: TabView; at?: number }
  | { type: 'view'; path: string; view: TabView; at?: number }
  | { type: 'pin'; path: string }
  | { type: 'close'; path: string }
  | { type: 'move'; from: string; to: string };

export function tabsReducer(tabs: Tabs, action: TabAction): Tabs {
  switch (action.type) {
    case 'open': {
      const known = tabs.open.find((tab) => tab.path === action.path);
      if (known) {
        const pinned = known.pinned || action.pin;
        const { view, at } = action.view ? action : known;
        const tab = { ...known, pinned, view: view ?? known.view, at };
        return { open: replace(tabs.open, known, tab), active: action.path };
      }
      const { path, pin: pinned, view = 'text', at } = action;
      let opened = path;
      // Other tabs may have been opened as this before their files were moved; no path ends so.
      while (tabs.open.some((each) => each.opened === opened)) opened += '/';
      const tab = { path, pinned, view, at, ...(opened !== path && { opened }) };
      const preview = tabs.open.find((each) => !each.pinned);
      return { open: preview ? replace(tabs.open, preview, tab) : [...tabs.open, tab], active: action.path };
    }
    case 'view': {
      const tab = tabs.open.find((each) => each.path === action.path);
      return tab
        ? { ...tabs, open: replace(tabs.open, tab, { ...tab, view: action.view, at: action.at }) }
        : tabs;
    }
    case 'pin': {
      const tab = tabs.open.find((each) => each.path === action.path);
      return tab && !tab.pinned ? { ...tabs, open: replace(tabs.open, tab, { ...tab, pinned: true }) } : tabs;
    }
    case 'close': {
      const index = tabs.open.findIndex((tab) => tab.path === action.path);
      if (index === -1) return tabs;
      const open = tabs.open.filter((_, each) => each !== index);
      const active =
        tabs.active === action.path ? ((open[index] ?? open[index - 1])?.path ?? null) : tabs.active;
      return { open, active };
    }
    case 'move': {
      const moved = (path: string) =>
        path === action.from
          ? action.to
          : path.startsWith(`${action.from}/`)
            ? action.to + path.slice(action.from.length)
            : path;
      return {
        open: tabs.open.map((tab) => {
          const path = moved(tab.path);
          return path === tab.path ? tab : { ...tab, path, opened: tab.opened ?? tab.path };
        }),
        active: tabs.active === null ? null : moved(tabs.active),
      };
    }
  }
}

function replace(open: readonly Tab[], old: Tab, tab: Tab): Tab[] {
  return open.map((each) => (each === old ? tab : each));
}
