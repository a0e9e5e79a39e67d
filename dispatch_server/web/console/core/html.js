// One door to the vendored libraries: markup is written as htm templates, text in them is always text.
import htm from '../vendor/htm.mjs';
import { h } from '../vendor/preact.mjs';

export const html = htm.bind(h);
export { render, createContext } from '../vendor/preact.mjs';
export { useEffect, useLayoutEffect, useRef, useState, useMemo, useCallback } from '../vendor/hooks.mjs';
export { signal, computed, effect, batch, untracked, useSignal, useComputed, useSignalEffect } from '../vendor/signals.mjs';
