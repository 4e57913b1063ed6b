import { BaseStyles, ThemeProvider } from '@primer/react';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from 'react-router';
import { toast, Toaster } from '@/components/toaster.js';
import { useColorMode } from '@/lib/color-mode.js';
import { forgetPerson, onPersonChanged } from '@/lib/kept/person.js';
import { installServiceWorker } from '@/lib/new-version.js';
import { createQueryClient } from '@/lib/query-client.js';
import { paths } from './paths.js';
import { router } from './router.js';

const queryClient = createQueryClient(() => {
  forgetPerson();
  const { pathname, search, hash } = window.location;
  if (pathname === paths.signIn.pattern || pathname === paths.join.pattern) return;
  void router.navigate(paths.signIn.href(`${pathname}${search}${hash}`), { replace: true });
});

// Signed out, or in as another, in another tab: what is here is not for whoever is in front now.
onPersonChanged(() => window.location.reload());
installServiceWorker(() =>
  toast({
    message: 'A new version of Perch is here. Reload when it suits you; your work is kept.',
    action: { label: 'Reload', onAction: () => window.location.reload() },
    stays: true,
  }),
);

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
