import { BaseStyles, ThemeProvider } from '@primer/react';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from 'react-router';
import { Toaster } from '@/components/toaster.js';
import { useColorMode } from '@/lib/color-mode.js';
import { createQueryClient } from '@/lib/query-client.js';
import { paths } from './paths.js';
import { router } from './router.js';

const queryClient = createQueryClient(() => {
  const { pathname, search, hash } = window.location;
  if (pathname === paths.signIn.pattern || pathname === paths.join.pattern) return;
  void router.navigate(paths.signIn.href(`${pathname}${search}${hash}`), { replace: true });
});

const PRIMER_MODES = { auto: 'auto', light: 'day', dark: 'night' } as const;

export function App() {
  const mode = useColorMode();
  return (
    <ThemeProvider colorMode={PRIMER_MODES[mode]}>
      <BaseStyles>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
          <Toaster />
        </QueryClientProvider>
      </BaseStyles>
    </ThemeProvider>
  );
}
