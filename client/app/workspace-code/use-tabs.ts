import { useCallback, useEffect, useReducer } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { tabsReducer, type Tabs } from './tabs.js';

/** The open files; the address names the active one, so that a link leads back to it. */
export function useTabs() {
  const location = useLocation();
  const navigate = useNavigate();
  const linked = new URLSearchParams(location.search).get('path');
  const [tabs, dispatch] = useReducer(tabsReducer, linked, (path): Tabs =>
    path ? { open: [{ path, pinned: true }], active: path } : { open: [], active: null },
  );
  const { active } = tabs;

  useEffect(() => {
    // Back and forward, or a link inside the page.
    if (linked && linked !== active) dispatch({ type: 'open', path: linked, pin: false });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only the address's own changes count here
  }, [linked]);

  useEffect(() => {
    const current = new URL(window.location.href);
    if (current.searchParams.get('path') === active) return;
    if (active === null) current.searchParams.delete('path');
    else current.searchParams.set('path', active);
    void navigate(current.pathname + current.search, { replace: true });
  }, [active, navigate]);

  const open = useCallback((path: string, pin: boolean) => dispatch({ type: 'open', path, pin }), []);
  const pin = useCallback((path: string) => dispatch({ type: 'pin', path }), []);
  const close = useCallback((path: string) => dispatch({ type: 'close', path }), []);
  const move = useCallback((from: string, to: string) => dispatch({ type: 'move', from, to }), []);
  return { tabs, open, pin, close, move, hash: location.hash };
}
