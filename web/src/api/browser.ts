// The browser's side of stream.ts: fetch, EventSource and timers.

import type { Outside, Source } from './stream.ts';

const timeoutMs = 15_000;

export const browser: Outside = {
  async get(path) {
    const response = await fetch(path, {
      headers: { Accept: 'application/json' },
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) throw new Error(`the topology API answered ${response.status}`);
    return response.text();
  },
  open: (path): Source => new EventSource(path) as Source,
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
