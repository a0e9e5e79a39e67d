// Wiring: the look and the language a person chose last time, then the page.
import { html, render } from './core/html.js';
import { Console } from './parts/console.js';
import { beginSession } from './core/session.js';
import { wearTheme } from './core/looks.js';

wearTheme();
render(html`<${Console} />`, document.getElementById('console'));
beginSession();
