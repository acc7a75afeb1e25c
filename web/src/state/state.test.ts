import { describe, expect, test } from 'vitest';
import { decodeTopology } from '../api/decode.ts';
import { document, documentWith } from '../testing/sample.ts';
import { boundaries, crossing, indexNodes, nameOf, onlyInferred, sharedNames, summary } from './model.ts';
import { initial, matches, reduce, type Action, type State } from './state.ts';

const sample = decodeTopology(JSON.stringify(document()));
const after = (...actions: Action[]): State => actions.reduce(reduce, initial);
const received: Action = { type: 'received', topology: sample };

describe('reduce', () => {
  test('a good document clears the problem', () => {
    const state = after({ type: 'problem', message: 'x' }, received);
    expect(state).toEqual({ ...initial, topology: sample });
  });

  test('a problem keeps the last document', () => {
    expect(after(received, { type: 'problem', message: 'x' })).toEqual({ ...initial, topology: sample, problem: 'x' });
  });

  test('lostAt is when the line was lost, until it is back', () => {
    const lost = after({ type: 'phase', phase: 'reconnecting', at: 5 }, { type: 'phase', phase: 'stale', at: 9 });
    expect([lost.phase, lost.lostAt]).toEqual(['stale', 5]);
    expect(reduce(lost, { type: 'phase', phase: 'live', at: 12 })).toEqual({ ...initial, phase: 'live' });
  });

  test.each([
    ['node', { kind: 'node', id: 'user' }],
    ['edge', { kind: 'edge', id: 'e1' }],
    ['boundary', { kind: 'boundary', id: '["java","python","http"]' }],
  ] as const)('a selected %s stays while it exists and goes with it', (_, selection) => {
    const selected = after(received, { type: 'select', selection }, received);
    expect(selected.selection).toEqual(selection);
    const empty = decodeTopology(documentWith({ nodes: [], edges: [] }));
    expect(reduce(selected, { type: 'received', topology: empty }).selection).toBeUndefined();
  });

  test('deselect, search and self-calls', () => {
    const state = after(received, { type: 'select', selection: { kind: 'node', id: 'user' } }, { type: 'deselect' }, { type: 'search', query: 'q' }, { type: 'selfCalls', shown: true });
    expect(state).toEqual({ phase: 'connecting', topology: sample, query: 'q', selfCalls: true });
  });
});

describe('matches', () => {
  test.each([
    ['', []],
    ['  ', []],
    ['PRE', ['polyglot/preprocessing']],
    ['rust', ['polyglot/pricing-engine']],
    ['polyglot/r', ['polyglot/reporter']],
    ['nothing', []],
  ])('%j', (query, ids) => {
    expect(matches(after(received, { type: 'search', query }))).toEqual(ids);
  });
});

describe('model', () => {
  test('boundaries are the edges between two known languages', () => {
    expect(boundaries(sample).map(({ client, server, transport, rate }) => ({ client, server, transport, rate }))).toEqual([
      { client: 'java', server: 'python', transport: 'http', rate: 42 },
      { client: 'python', server: 'nodejs', transport: 'nats', rate: 4 },
      { client: 'python', server: 'rust', transport: 'arrow_ipc', rate: 40 },
      { client: 'rust', server: 'go', transport: 'shared_memory', rate: 8 },
    ]);
  });

  test('the rate of a boundary is unknown when one of its edges is', () => {
    const edges = [
      { id: 'a', source: 'polyglot/order-gateway', target: 'polyglot/preprocessing', transport: 'http', relation: 'call', rate: 1 },
      { id: 'b', source: 'polyglot/order-gateway', target: 'polyglot/preprocessing', transport: 'http', relation: 'call' },
    ];
    const [only] = boundaries(decodeTopology(documentWith({ edges })));
    expect(only?.edges.map((e) => e.id)).toEqual(['a', 'b']);
    expect(only).not.toHaveProperty('rate');
  });

  test('the languages seen on an edge win over those of its nodes', () => {
    const nodes = indexNodes(sample);
    const edge = { id: 'x', source: 'polyglot/reporter', target: 'polyglot/console', transport: 'http', relation: 'call' } as const;
    expect(crossing(edge, nodes)).toEqual({ client: 'go', server: 'nodejs' });
    expect(crossing({ ...edge, serverLanguage: 'go' }, nodes)).toBeUndefined();
    expect(crossing({ ...edge, source: 'user' }, nodes)).toBeUndefined();
  });

  test('summary counts what is there', () => {
    const s = summary(sample);
    expect([...s.kinds]).toEqual([['user', 1], ['service', 5]]);
    expect(s.languages).toEqual(['go', 'java', 'nodejs', 'python', 'rust']);
    expect(s.transports).toEqual(['arrow_ipc', 'http', 'nats', 'shared_memory']);
    expect([...s.relations]).toEqual(['call', 'message']);
  });

  test('a name that two namespaces use is shown with its namespace', () => {
    const nodes = ['a', 'b'].map((namespace) => ({ id: `${namespace}/api`, name: 'api', namespace, kind: 'service' }));
    const t = decodeTopology(documentWith({ nodes: [...nodes, { id: 'b/db', name: 'db', namespace: 'b', kind: 'database' }], edges: [] }));
    const shared = sharedNames(t);
    expect(t.nodes.map((n) => nameOf(n, shared))).toEqual(['a/api', 'b/api', 'db']);
  });

  test.each([
    [{ propagated: 0, joined: 0, inferred: 3 }, true],
    [{ propagated: 1, joined: 0, inferred: 3 }, false],
    [{ propagated: 0, joined: 0, inferred: 0 }, false],
  ])('onlyInferred %j', (evidence, want) => {
    const edge = { id: 'x', source: 'a', target: 'b', transport: 'http', relation: 'call', evidence } as const;
    expect(onlyInferred(edge)).toBe(want);
  });
});
