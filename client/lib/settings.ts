import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { defaultSettings, type Settings, type SettingsUpdate } from '@protocol/settings.js';
import { useEffect } from 'react';
import { toast } from '@/components/toaster.js';
import { setColorMode, storedColorMode } from './color-mode.js';
import { request } from './http.js';
import { keptRequest } from './kept/kept-request.js';

const KEY = ['settings'];

/** What the signed-in person has set; the usual until it is known. */
export function useSettings(): Settings {
  const { data } = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => keptRequest('GET /api/settings', { signal }),
    staleTime: 60_000,
  });
  const theme = data?.theme;
  useEffect(() => {
    // Set on another device. This one remembers it for its next first paint.
    if (theme !== undefined && theme !== storedColorMode()) setColorMode(theme);
  }, [theme]);
  return data ?? defaultSettings;
}

/** Takes effect at once, and for good when the server has it. */
export function useChangeSettings(): (update: SettingsUpdate) => void {
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (update: SettingsUpdate) => request('PATCH /api/settings', { body: update }),
    onMutate: async (update) => {
      await client.cancelQueries({ queryKey: KEY });
      client.setQueryData<Settings>(KEY, (known) => ({ ...(known ?? defaultSettings), ...update }));
      if (update.theme) setColorMode(update.theme);
    },
    onError: (error) => {
      toast({ message: `${error.message} The setting is back as it was.`, tone: 'danger' });
      void client.invalidateQueries({ queryKey: KEY });
    },
  });
  return change.mutate;
}
