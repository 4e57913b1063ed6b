import { Suspense } from 'react';
import { Outlet } from 'react-router';
import { DelayedProgress } from '@/components/delayed-progress.js';
import { ForgeBudgetNotice } from '@/features/workspace/forge-budget-notice.js';
import { Header } from './header.js';

/** Every page but a workspace's. */
export function Frame() {
  return (
    <div className="frame">
      <Header />
      <ForgeBudgetNotice className="workspace-notice" />
      <main id="main" className="frame-main" tabIndex={-1}>
        <Suspense fallback={<DelayedProgress label="Loading the page" />}>
          <Outlet />
        </Suspense>
      </main>
    </div>
  );
}
