import { describe, expect, test } from 'vitest';
import { decodeTopology } from '../api/decode.ts';
import { document, documentWith } from '../testing/sample.ts';
import { mix } from './color.ts';
import { difference } from './difference.ts';
import { elements } from './elements.ts';

const measure = (text: string) => text.length * 7;
const of = (text: string, selfCalls = false) => elements(decodeTopology(text), selfCalls, measure);
const sample = of(JSON.stringify(document()));

describe('elements', () => {
  test('a label names transport, boundary and errors', () => {
    expect(sample.edges.map((e) => e.label)).toEqual([
      'HTTP\n1.2\u202f% errors',
      'HTTP\nJava \u2192 Python',
      'Arrow IPC\nPython \u2192 Rust\n3.4\u202f% errors',
      'shared memory\nRust \u2192 Go',
      'NATS\nPython \u2192 Node.js',
    ]);
  });

  test('a node shows its language, or its kind if it is no service', () => {
    expect(sample.nodes.slice(0, 2).map(({ icon, shape, failing }) => ({ icon, shape, failing }))).toEqual([
      { icon: 'icons/user.svg', shape: 'ellipse', failing: false },
      { icon: 'icons/java.svg', shape: 'round-rectangle', failing: true },
    ]);
  });

  test('colours fade only over a language boundary', () => {
    expect(sample.edges[0]).not.toHaveProperty('fade');
    expect(sample.edges[1]?.fade).toEqual({ from: '#e69f00', to: '#0072b2' });
  });

  test('width grows with the rate, is bounded, and is thin when unknown', () => {
    const edge = (id: string, rate?: number) => ({ id, source: 'user', target: 'polyglot/console', transport: 'http', relation: 'call', rate });
    const widths = of(documentWith({ edges: [edge('a'), edge('b', 1), edge('c', 100), edge('d', 1e9)] })).edges.map((e) => e.width);
    expect(widths[0]).toBe(2);
    expect(widths).toEqual([...widths].sort((a, b) => a - b));
    expect(new Set(widths).size).toBe(4);
    expect(widths[3]).toBe(8);
  });

  test('an edge that is inferred only says so', () => {
    const edges = [{ id: 'a', source: 'user', target: 'polyglot/console', transport: 'http', relation: 'call', evidence: { propagated: 0, joined: 0, inferred: 1 } }];
    expect(of(documentWith({ edges })).edges[0]?.label).toBe('HTTP (inferred)');
  });

  test('self-calls appear when asked for', () => {
    const edges = [{ id: 'a', source: 'user', target: 'user', transport: 'http', relation: 'call' }];
    expect(of(documentWith({ edges })).edges).toEqual([]);
    expect(of(documentWith({ edges }), true).edges.map((e) => e.id)).toEqual(['a']);
  });

  test('long names are cut in the picture', () => {
    const [node] = of(documentWith({ nodes: [{ id: 'x', name: 'y'.repeat(2048), kind: 'service' }], edges: [] })).nodes;
    expect(node?.label).toBe('y'.repeat(23) + '\u2026');
  });
});

describe('difference', () => {
  const a = { id: 'a', n: 1 };
  const b = { id: 'b', n: 1 };
  const before = new Map([['a', a], ['b', b]]);

  test('equal values are no change', () => {
    expect(difference(before, [{ ...b }, { ...a }])).toEqual({ added: [], changed: [], removed: [] });
  });

  test('added, changed, removed', () => {
    const changed = { id: 'b', n: 2 };
    const added = { id: 'c', n: 1 };
    expect(difference(before, [changed, added])).toEqual({ added: [added], changed: [changed], removed: ['a'] });
  });
});

test.each([
  ['#000000', '#ffffff', 0.5, '#808080'],
  ['#102030', '#ffffff', 0, '#102030'],
  ['#102030', '#ffffff', 1, '#ffffff'],
])('mix %s %s %d', (a, b, share, want) => expect(mix(a, b, share)).toBe(want));
