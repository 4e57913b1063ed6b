import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { buildServiceWorker } from './service-worker/build-service-worker.js';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

export default defineConfig({
  root: path('.'),
  plugins: [react(), buildServiceWorker(path('service-worker/service-worker.ts'))],
  resolve: {
    alias: {
      '@protocol': path('../server/protocol'),
      '@': path('.'),
      // Where y-monaco looks for what monaco-editor has moved.
      'monaco-editor/esm/vs/editor/editor.api.js': 'monaco-editor/editor/editor.api.js',
      // The same for monaco-vim, whose bundle for browsers would want Monaco as a global.
      'monaco-editor/esm/vs/editor/editor.api': 'monaco-editor/editor/editor.api.js',
      'monaco-editor/esm/vs/editor/common/commands/shiftCommand':
        'monaco-editor/editor/common/commands/shiftCommand.js',
      'monaco-vim': path('../node_modules/monaco-vim/dist/index.mjs'),
    },
  },
  build: {
    outDir: path('../dist/client'),
    emptyOutDir: true,
    target: 'es2022',
    // Monaco is one large lazy chunk on purpose.
    chunkSizeWarningLimit: 8_000,
  },
  worker: { format: 'es' },
});
