import { Suspense } from 'react';
import { Outlet } from 'react-router';
import { DelayedProgress } from '@/components/delayed-progress.js';
import { ForgeBudgetNotice } from '@/features/workspace/forge-budget-notice.js';
import { useIsAway } from '@/lib/reachability.js';
import { Header } from './header.js';

/** Every page but a workspace's. */
export function Frame() {
  const isAway = useIsAway();
  return (
    <div className="frame">
      <Header />
      {isAway && (
        <p className="workspace-notice" role="status">
          Not connected. Here is what this device saw last; it is looked up again when Perch is back.
        </p>
      )}
      <ForgeBudgetNotice className="workspace-notice" />
      <main id="main" className="frame-main" tabIndex={-1}>
        <Suspense fallback={<DelayedProgress label="Loading the page" />}>
          <Outlet />
        </Suspense>
      </main>
    </div>
  );
}
