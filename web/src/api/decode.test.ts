import { describe, expect, test } from 'vitest';
import { document, documentWith } from '../testing/sample.ts';
import { decodeTopology, maxEdges, maxNodes } from './decode.ts';

const node = (id: string, more: object = {}) => ({ id, name: id, kind: 'service', ...more });
const edge = (id: string, source: string, target: string, more: object = {}) => ({
  id,
  source,
  target,
  transport: 'http',
  relation: 'call',
  ...more,
});

describe('decodeTopology', () => {
  test('reads the whole sample', () => {
    const t = decodeTopology(JSON.stringify(document()));
    expect(t.nodes).toHaveLength(6);
    expect(t.edges).toHaveLength(5);
    expect(t.cut).toEqual({ nodes: 0, edges: 0, dangling: 0 });
    expect(t.edges[2]).toEqual({
      id: 'e3',
      source: 'polyglot/preprocessing',
      target: 'polyglot/pricing-engine',
      transport: 'arrow_ipc',
      relation: 'call',
      clientLanguage: 'python',
      serverLanguage: 'rust',
      rate: 40,
      errorRatio: 0.034,
      clientSeconds: { p50: 0.0027, p95: 0.006, p99: 0.011 },
      serverSeconds: { p50: 0.0021, p95: 0.0046, p99: 0.0083 },
      boundarySeconds: { p50: 0.00058, p95: 0.0013, p99: 0.0023 },
      evidence: { propagated: 0, joined: 11870, inferred: 130 },
    });
  });

  test.each([
    ['no JSON', '{', 'the answer is not JSON'],
    ['an array', '[]', 'the answer is not a topology document'],
    ['no nodes', '{"version":1,"edges":[]}', 'the answer is not a topology document'],
    ['another version', documentWith({ version: 2 }), 'the topology has version 2, this page reads version 1: reload the page'],
  ])('refuses %s', (_, text, message) => {
    expect(() => decodeTopology(text)).toThrow(message);
  });

  test('keeps absent figures absent', () => {
    const t = decodeTopology(documentWith({ nodes: [node('a')], edges: [edge('e', 'a', 'a')] }));
    expect(t.nodes[0]).toEqual({ id: 'a', name: 'a', kind: 'service' });
    expect(t.edges[0]).toEqual({ id: 'e', source: 'a', target: 'a', transport: 'http', relation: 'call' });
  });

  test('treats wrong types and impossible figures as absent', () => {
    const bad = {
      language: 7,
      rate: -1,
      error_ratio: 1.5,
      instances: '3',
      server_seconds: { p50: 1, p95: 2 },
      languages: ['java'],
      vulnerabilities: { critical: 1, high: null, medium: 0, low: 0 },
    };
    const t = decodeTopology(documentWith({ nodes: [node('a', bad)], edges: [] }));
    expect(t.nodes[0]).toEqual({ id: 'a', name: 'a', kind: 'service' });
  });

  test('reads an unknown kind as service and an unknown relation as call', () => {
    const t = decodeTopology(documentWith({ nodes: [node('a', { kind: 'x' })], edges: [edge('e', 'a', 'a', { relation: 'x' })] }));
    expect([t.nodes[0]?.kind, t.edges[0]?.relation]).toEqual(['service', 'call']);
  });

  test('leaves out and counts edges to nowhere, and drops repeated ids', () => {
    const nodes = [node('a'), node('a', { name: 'again' }), node('__proto__')];
    const edges = [edge('e', 'a', '__proto__'), edge('e', 'a', 'a'), edge('f', 'a', 'toString')];
    const t = decodeTopology(documentWith({ nodes, edges }));
    expect(t.nodes.map((n) => n.name)).toEqual(['a', '__proto__']);
    expect(t.edges.map((e) => e.id)).toEqual(['e']);
    expect(t.cut).toEqual({ nodes: 0, edges: 0, dangling: 1 });
  });

  test('cuts what is too much and says how much', () => {
    const nodes = Array.from({ length: maxNodes + 3 }, (_, i) => node(`n${i}`));
    const edges = [
      edge('toCut', 'n0', `n${maxNodes}`),
      ...Array.from({ length: maxEdges + 5 }, (_, i) => edge(`e${i}`, 'n0', `n${i % maxNodes}`)),
    ];
    const t = decodeTopology(documentWith({ nodes, edges }));
    expect([t.nodes.length, t.edges.length]).toEqual([maxNodes, maxEdges]);
    expect(t.cut).toEqual({ nodes: 3, edges: 6, dangling: 0 });
  });
});
