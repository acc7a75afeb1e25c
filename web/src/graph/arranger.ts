// Asks the layout worker, one request at a time.

import type { Arrangement, Box, Link } from './arrange.ts';

/** Rejects when the worker cannot be loaded or fails. The caller waits for one answer before the next request. */
export type Arranger = (boxes: Box[], links: Link[]) => Promise<Arrangement>;

export function workerArranger(): Arranger {
  const worker = new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module' });
  return (boxes, links) =>
    new Promise((resolve, reject) => {
      worker.onmessage = (e: MessageEvent<Arrangement>) => resolve(e.data);
      worker.onerror = (e) => reject(new Error(e.message === '' ? 'the layout worker could not be loaded' : e.message));
      worker.postMessage({ boxes, links });
    });
}
