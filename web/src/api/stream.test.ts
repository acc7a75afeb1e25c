import { describe, expect, test } from 'vitest';
import { documentWith } from '../testing/sample.ts';
import { follow, staleAfterMs, streamPath, topologyPath, type Outside, type Source } from './stream.ts';

class FakeSource implements Source {
  readyState = 0;
  closed = false;
  readonly #listeners = new Map<string, (e: { data?: unknown }) => void>();
  addEventListener(type: string, listener: (e: { data?: unknown }) => void) {
    this.#listeners.set(type, listener);
  }
  close() {
    this.closed = true;
  }
  emit(type: string, data?: string) {
    this.#listeners.get(type)?.({ data });
  }
}

/** A world with hand-driven sources and clock, and everything the listener heard. */
function world(first: Promise<string>) {
  const heard: string[] = [];
  const asked: string[] = [];
  const sources: FakeSource[] = [];
  let timers: { at: number; run: () => void }[] = [];
  let now = 0;
  const outside: Outside = {
    get(path) {
      asked.push(path);
      return first;
    },
    open(path) {
      asked.push(path);
      const source = new FakeSource();
      sources.push(source);
      return source;
    },
    after(ms, run) {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((t) => t !== timer);
      };
    },
  };
  const stop = follow(outside, {
    topology: (t) => heard.push(`topology ${t.windowSeconds}`),
    problem: (m) => heard.push(`problem ${m}`),
    phase: (p) => heard.push(p),
  });
  const advance = (ms: number) => {
    now += ms;
    const due = timers.filter((t) => t.at <= now);
    timers = timers.filter((t) => t.at > now);
    for (const t of due) t.run();
  };
  const settle = () => new Promise((resolve) => setTimeout(resolve));
  return { heard, asked, sources, advance, settle, stop };
}

const doc = (windowSeconds: number) => documentWith({ window_seconds: windowSeconds });

describe('follow', () => {
  test('asks once, then listens', async () => {
    const w = world(Promise.resolve(doc(1)));
    await w.settle();
    w.sources[0]?.emit('open');
    w.sources[0]?.emit('topology', doc(2));
    expect(w.asked).toEqual([topologyPath, streamPath]);
    expect(w.heard).toEqual(['topology 1', 'live', 'topology 2']);
  });

  test('listens although the first answer failed', async () => {
    const w = world(Promise.reject(new Error('the topology API answered 503')));
    await w.settle();
    w.sources[0]?.emit('open');
    w.sources[0]?.emit('topology', doc(2));
    expect(w.heard).toEqual(['problem the topology API answered 503', 'live', 'topology 2']);
  });

  test('reports a document it cannot read and goes on', async () => {
    const w = world(Promise.resolve(doc(1)));
    await w.settle();
    w.sources[0]?.emit('topology', '{');
    w.sources[0]?.emit('topology', doc(3));
    expect(w.heard).toEqual(['topology 1', 'problem the answer is not JSON', 'topology 3']);
  });

  test('is reconnecting, then stale, then live again while the browser reconnects', async () => {
    const w = world(Promise.resolve(doc(1)));
    await w.settle();
    w.sources[0]?.emit('open');
    w.sources[0]?.emit('error');
    w.advance(staleAfterMs);
    w.sources[0]?.emit('error');
    w.sources[0]?.emit('open');
    expect(w.heard.slice(1)).toEqual(['live', 'reconnecting', 'stale', 'live']);
    expect(w.sources).toHaveLength(1);
  });

  test('a short hiccup never becomes stale', async () => {
    const w = world(Promise.resolve(doc(1)));
    await w.settle();
    w.sources[0]?.emit('error');
    w.advance(staleAfterMs - 1);
    w.sources[0]?.emit('open');
    w.advance(staleAfterMs);
    expect(w.heard.slice(1)).toEqual(['reconnecting', 'live']);
  });

  test('opens anew after an answer that closed the source, waiting longer each time', async () => {
    const w = world(Promise.resolve(doc(1)));
    await w.settle();
    const fail = (i: number) => {
      const source = w.sources[i];
      if (source === undefined) throw new Error(`no source ${i}`);
      source.readyState = 2;
      source.emit('error');
      source.emit('error');
    };
    fail(0);
    w.advance(999);
    expect(w.sources).toHaveLength(1);
    w.advance(1);
    expect(w.sources).toHaveLength(2);
    fail(1);
    w.advance(1_999);
    expect(w.sources).toHaveLength(2);
    w.advance(1);
    expect(w.sources).toHaveLength(3);
  });

  test('stops', async () => {
    const w = world(Promise.resolve(doc(1)));
    await w.settle();
    w.sources[0]?.emit('error');
    w.stop();
    w.advance(staleAfterMs);
    expect(w.sources[0]?.closed).toBe(true);
    expect(w.heard).toEqual(['topology 1', 'reconnecting']);
  });
});
