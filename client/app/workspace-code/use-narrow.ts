import { useSyncExternalStore } from 'react';

/** Below this two panes side by side are too little each. */
const query = '(max-width: 767px)';

export function useNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = matchMedia(query);
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    () => matchMedia(query).matches,
  );
}
