// Keeps the page supplied: one GET for the first picture, then server-sent events.
// It reports documents, problems and the phase of the connection, and never gives
// up: the browser reconnects by itself after a cut line, this module after an
// answer that ends an EventSource for good (a 502 while the collector restarts).

import { decodeTopology } from './decode.ts';
import type { Topology } from './topology.ts';

export const topologyPath = 'api/v1/topology?format=json';
export const streamPath = 'api/v1/topology/stream';

const retryFirstMs = 1_000;
const retryLastMs = 30_000;
/** How long a lost line counts as a hiccup before the picture is called stale. */
export const staleAfterMs = 10_000;

export type Phase = 'live' | 'reconnecting' | 'stale';

export interface Listener {
  topology(t: Topology): void;
  problem(message: string): void;
  phase(p: Phase): void;
}

/** The part of EventSource that is used; tests bring their own. */
export interface Source {
  readonly readyState: number;
  addEventListener(type: string, listener: (e: { data?: unknown }) => void): void;
  close(): void;
}

export interface Outside {
  get(path: string): Promise<string>;
  open(path: string): Source;
  after(ms: number, run: () => void): () => void;
}

const closed = 2;

/** Starts the supply and returns what stops it. */
export function follow(outside: Outside, listener: Listener): () => void {
  let stopped = false;
  let phase: Phase | undefined;
  let source: Source | undefined;
  let retryMs = retryFirstMs;
  let cancelRetry: (() => void) | undefined;
  let cancelStale: (() => void) | undefined;

  const enter = (next: Phase): void => {
    if (next === phase) return;
    phase = next;
    listener.phase(next);
  };

  const receive = (text: string): void => {
    let topology: Topology;
    try {
      topology = decodeTopology(text);
    } catch (e) {
      listener.problem(message(e));
      return;
    }
    listener.topology(topology);
  };

  const lost = (): void => {
    if (phase !== 'stale') enter('reconnecting');
    cancelStale ??= outside.after(staleAfterMs, () => enter('stale'));
    if (source?.readyState !== closed || cancelRetry !== undefined) return;
    cancelRetry = outside.after(retryMs, () => {
      cancelRetry = undefined;
      connect();
    });
    retryMs = Math.min(retryMs * 2, retryLastMs);
  };

  const connect = (): void => {
    source?.close();
    source = outside.open(streamPath);
    source.addEventListener('open', () => {
      retryMs = retryFirstMs;
      cancelStale?.();
      cancelStale = undefined;
      enter('live');
    });
    source.addEventListener('topology', (e) => receive(String(e.data)));
    source.addEventListener('error', lost);
  };

  outside
    .get(topologyPath)
    .then((text) => {
      if (!stopped) receive(text);
    })
    .catch((e: unknown) => {
      if (!stopped) listener.problem(message(e));
    })
    // Only now, so that an older document never arrives after a newer one.
    .finally(() => {
      if (!stopped) connect();
    });

  return () => {
    stopped = true;
    cancelRetry?.();
    cancelStale?.();
    source?.close();
  };
}

function message(e: unknown): string {
  return e instanceof Error ? e.message : String(e);
}
