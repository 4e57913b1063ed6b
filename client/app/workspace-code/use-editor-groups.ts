import { useCallback, useEffect, useMemo, useReducer } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { formatLineRange } from '@/features/editor/line-range.js';
import { groupsReducer, type EditorGroups } from './editor-groups.js';
import type { TabView } from './tabs.js';

/** The open files; the address names the active one, so that a link leads back to it. */
export function useEditorGroups() {
  const location = useLocation();
  const navigate = useNavigate();
  const linked = new URLSearchParams(location.search).get('path');
  const [state, dispatch] = useReducer(groupsReducer, linked, (path): EditorGroups => ({
    groups: [
      path ? { open: [{ path, pinned: true, view: 'text' }], active: path } : { open: [], active: null },
    ],
    focused: 0,
  }));
  const { groups, focused } = state;
  const active = groups[focused]?.active ?? null;

  useEffect(() => {
    // Back and forward, or a link inside the page.
    if (linked && linked !== active)
      dispatch({ type: 'tabs', action: { type: 'open', path: linked, pin: false } });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only the address's own changes count here
  }, [linked]);

  useEffect(() => {
    const current = new URL(window.location.href);
    if (current.searchParams.get('path') === active) return;
    if (active === null) current.searchParams.delete('path');
    else current.searchParams.set('path', active);
    void navigate(current.pathname + current.search, { replace: true });
  }, [active, navigate]);

  const open = useCallback(
    (path: string, pin: boolean, view?: TabView, group?: number) =>
      dispatch({ type: 'tabs', group, action: { type: 'open', path, pin, view } }),
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
    (path: string, view: TabView, group?: number) =>
      dispatch({ type: 'tabs', group, action: { type: 'view', path, view } }),
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
      setView,
      pin,
      close,
      move,
      focus,
      split,
    ],
  );
}

export type EditorGroupsState = ReturnType<typeof useEditorGroups>;
