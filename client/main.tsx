import '@primer/primitives/dist/css/primitives.css';
import '@primer/primitives/dist/css/functional/themes/light.css';
import '@primer/primitives/dist/css/functional/themes/dark.css';
import './app/app.css';
import './lib/person-color.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.js';
import { applyColorMode, storedColorMode } from './lib/color-mode.js';

// Before the first paint, so that the wrong theme never shows.
applyColorMode(storedColorMode());
createRoot(document.querySelector('#root')!).render(<App />);
