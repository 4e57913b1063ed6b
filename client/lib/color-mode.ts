import { useSyncExternalStore } from 'react';

export type ColorMode = 'auto' | 'light' | 'dark';

const KEY = 'perch.color-mode';
const listeners = new Set<() => void>();

export function storedColorMode(): ColorMode {
  const stored = localStorage.getItem(KEY);
  return stored === 'light' || stored === 'dark' ? stored : 'auto';
}

export function applyColorMode(mode: ColorMode): void {
  document.documentElement.dataset.colorMode = mode;
}

export function setColorMode(mode: ColorMode): void {
  localStorage.setItem(KEY, mode);
  applyColorMode(mode);
  for (const listener of listeners) listener();
}

export function useColorMode(): ColorMode {
  return useSyncExternalStore(subscribe, storedColorMode);
}

/** Whether what is shown is dark, after the system's wish where the person has none. */
export function useIsDark(): boolean {
  return useSyncExternalStore(subscribe, () => {
    const mode = storedColorMode();
    return mode === 'auto' ? matchMedia('(prefers-color-scheme: dark)').matches : mode === 'dark';
  });
}

function subscribe(listener: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  listeners.add(listener);
  system.addEventListener('change', listener);
  return () => {
    listeners.delete(listener);
    system.removeEventListener('change', listener);
  };
}
