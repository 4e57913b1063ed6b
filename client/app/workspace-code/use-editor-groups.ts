import { useCallback, useEffect, useMemo, useReducer } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { formatLineRange } from '@/features/editor/line-range.js';
import { groupsReducer, type EditorGroups } from './editor-groups.js';
import type { Tab, TabView } from './tabs.js';

/** Going along a file's past is told where one stays: Safari takes 100 addresses in half a minute. */
const SETTLES_MS = 400;

/** The open files; the address names the active one, so that a link leads back to it. */
export function useEditorGroups() {
  const location = useLocation();
  const navigate = useNavigate();
  const search = new URLSearchParams(location.search);
  const linked = search.get('path');
  const [state, dispatch] = useReducer(groupsReducer, linked, (path): EditorGroups => ({
    groups: [path ? { open: [linkedTab(path, search.get('at'))], active: path } : { open: [], active: null }],
    focused: 0,
  }));
  const { groups, focused } = state;
  const active = groups[focused]?.active ?? null;
  const shown = groups[focused]?.open.find(({ path }) => path === active);
  const at = shown?.view === 'past' && shown.at !== undefined ? String(shown.at) : null;

  useEffect(() => {
    // Back and forward, or a link inside the page.
    if (linked && linked !== active)
      dispatch({ type: 'tabs', action: { type: 'open', path: linked, pin: false } });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only the address's own changes count here
  }, [linked]);

  useEffect(() => {
    const named = Object.entries({ path: active, at });
    const { searchParams: told } = new URL(window.location.href);
    if (named.every(([name, value]) => told.get(name) === value)) return;
    const tell = (): void => {
      const current = new URL(window.location.href);
      for (const [name, value] of named)
        if (value === null) current.searchParams.delete(name);
        else current.searchParams.set(name, value);
      void navigate(current.pathname + current.search, { replace: true });
    };
    const isGoingAlong = at !== null && told.has('at') && told.get('path') === active;
    if (!isGoingAlong) return tell();
    const timer = setTimeout(tell, SETTLES_MS);
    return () => clearTimeout(timer);
  }, [active, at, navigate]);

  const open = useCallback(
    (path: string, pin: boolean, view?: TabView, group?: number) =>
      dispatch({ type: 'tabs', group, action: { type: 'open', path, pin, view } }),
    [],
  );
  /** As it was after an event. */
  const openPast = useCallback(
    (path: string, at: number) =>
      dispatch({ type: 'tabs', action: { type: 'open', path, pin: false, view: 'past', at } }),
    [],
  );
  const openLine = useCallback(
    (path: string, line: number) => {
      dispatch({ type: 'tabs', action: { type: 'open', path, pin: false, view: 'text' } });
      const { pathname } = window.location;
      void navigate(
        `${pathname}?path=${encodeURIComponent(path)}${formatLineRange({ from: line, to: line })}`,
        {
          replace: true,
        },
      );
    },
    [navigate],
  );
  const setView = useCallback(
    (path: string, view: TabView, group?: number, at?: number) =>
      dispatch({ type: 'tabs', group, action: { type: 'view', path, view, at } }),
    [],
  );
  const pin = useCallback(
    (path: string) => dispatch({ type: 'everywhere', action: { type: 'pin', path } }),
    [],
  );
  const close = useCallback(
    (path: string, group?: number) => dispatch({ type: 'tabs', group, action: { type: 'close', path } }),
    [],
  );
  const move = useCallback(
    (from: string, to: string) => dispatch({ type: 'everywhere', action: { type: 'move', from, to } }),
    [],
  );
  const focus = useCallback((group: number) => dispatch({ type: 'focus', group }), []);
  const split = useCallback(() => dispatch({ type: 'split' }), []);
  return useMemo(
    () => ({
      groups,
      focused,
      active,
      hash: location.hash,
      hashKey: location.key,
      open,
      openLine,
      openPast,
      setView,
      pin,
      close,
      move,
      focus,
      split,
    }),
    [
      groups,
      focused,
      active,
      location.hash,
      location.key,
      open,
      openLine,
      openPast,
      setView,
      pin,
      close,
      move,
      focus,
      split,
    ],
  );
}

function linkedTab(path: string, at: string | null): Tab {
  const isPast = at !== null && /^[1-9]\d{0,14}$/.test(at);
  return { path, pinned: true, ...(isPast ? { view: 'past', at: Number(at) } : { view: 'text' }) };
}

export type EditorGroupsState = ReturnType<typeof useEditorGroups>;
