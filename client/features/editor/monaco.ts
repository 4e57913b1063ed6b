import { loader } from '@monaco-editor/react';
import * as monaco from 'monaco-editor';
import EditorWorker from 'monaco-editor/editor/editor.worker.js?worker';
import CssWorker from 'monaco-editor/languages/features/css/css.worker.js?worker';
import HtmlWorker from 'monaco-editor/languages/features/html/html.worker.js?worker';
import JsonWorker from 'monaco-editor/languages/features/json/json.worker.js?worker';
import TypeScriptWorker from 'monaco-editor/languages/features/typescript/ts.worker.js?worker';
import { defineThemes } from './themes.js';

// Monaco as we ship it, in a chunk of its own: nothing is fetched from elsewhere.
globalThis.MonacoEnvironment = {
  getWorker(_: string, label: string): Worker {
    if (label === 'typescript' || label === 'javascript') return new TypeScriptWorker();
    if (label === 'json') return new JsonWorker();
    if (label === 'css' || label === 'scss' || label === 'less') return new CssWorker();
    if (label === 'html' || label === 'handlebars' || label === 'razor') return new HtmlWorker();
    return new EditorWorker();
  },
};

for (const language of [monaco.typescript.typescriptDefaults, monaco.typescript.javascriptDefaults]) {
  // Only open files are known here: what they import would be reported as missing.
  language.setDiagnosticsOptions({ noSemanticValidation: true });
}
defineThemes(monaco);
loader.config({ monaco });

export { monaco };
