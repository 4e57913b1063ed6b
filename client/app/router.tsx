import { createBrowserRouter } from 'react-router';
import { DelayedProgress } from '@/components/delayed-progress.js';
import { paths } from './paths.js';
import { Frame } from './frame.js';
import { RouteError } from './route-error.js';

export const router = createBrowserRouter([
  {
    path: paths.signIn.pattern,
    lazy: () => import('./routes/sign-in.js'),
    errorElement: <RouteError />,
    hydrateFallbackElement: <DelayedProgress label="Loading the page" />,
  },
  {
    path: paths.join.pattern,
    lazy: () => import('./routes/join.js'),
    errorElement: <RouteError />,
    hydrateFallbackElement: <DelayedProgress label="Loading the page" />,
  },
  {
    path: paths.workspace.pattern,
    lazy: () => import('./routes/workspace.js'),
    errorElement: <RouteError />,
    hydrateFallbackElement: <DelayedProgress label="Loading the page" />,
  },
  {
    element: <Frame />,
    errorElement: <RouteError />,
    hydrateFallbackElement: <DelayedProgress label="Loading the page" />,
    children: [
      { path: paths.home.pattern, lazy: () => import('./routes/home.js') },
      { path: paths.choose.pattern, lazy: () => import('./routes/choose.js') },
      { path: paths.newWorkspace.pattern, lazy: () => import('./routes/new-workspace.js') },
      { path: paths.branches.pattern, lazy: () => import('./routes/branches.js') },
      { path: paths.accessTokens.pattern, lazy: () => import('./routes/access-tokens.js') },
      { path: paths.forgeBudgets.pattern, lazy: () => import('./routes/forge-budgets.js') },
      { path: '*', lazy: () => import('./routes/not-found.js') },
    ],
  },
]);
