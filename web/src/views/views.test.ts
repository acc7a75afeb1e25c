import { describe, expect, test } from 'vitest';
import { decodeTopology } from '../api/decode.ts';
import { initial, type Selection, type State } from '../state/state.ts';
import { document, documentWith } from '../testing/sample.ts';
import { boundaryList } from './boundaries.ts';
import { detail } from './detail.ts';
import { asOf, chip, counts, found } from './header.ts';
import { legend } from './legend.ts';
import { banner, emptyCard } from './notice.ts';
import { edgeTable, maxRows, nodeTable } from './tables.ts';
import { textOf, type Tree } from './tree.ts';

const at = (text: string, more: Partial<State> = {}): State => ({ ...initial, topology: decodeTopology(text), ...more });
const sample = (more: Partial<State> = {}) => at(JSON.stringify(document()), more);
const select = (kind: Selection['kind'], id: string): Partial<State> => ({ selection: { kind, id } });
const text = (...trees: Tree[]) => textOf(...trees).replaceAll('\u202f', ' ');

/** Every element of the trees whose tag it is. */
function all(tag: string, trees: Tree[]): Exclude<Tree, string>[] {
  return trees.flatMap((t) => (typeof t === 'string' ? [] : [...(t.tag === tag ? [t] : []), ...all(tag, t.children)]));
}

const bare = documentWith({
  nodes: [{ id: 'a', name: 'a', kind: 'service' }, { id: 'b', name: 'b', kind: 'service' }],
  edges: [{ id: 'e', source: 'a', target: 'b', transport: 'http', relation: 'message' }],
});

describe('what is unknown is never 0', () => {
  test.each([
    ['edge panel', () => detail(at(bare, select('edge', 'e')))],
    ['node panel', () => detail(at(bare, select('node', 'a')))],
    ['edge table', () => all('td', edgeTable(at(bare)))],
    ['node table', () => all('td', nodeTable(at(bare)))],
  ])('%s', (_, view) => {
    expect(text(...view())).toContain('unknown');
    expect(text(...view())).not.toMatch(/\b0\b/);
  });

  test('a measured 0 is 0', () => {
    expect(text(...detail(sample(select('node', 'polyglot/preprocessing'))))).toContain('Errors0 %');
  });
});

describe('detail', () => {
  test('an edge with all its figures and units', () => {
    const shown = text(...detail(sample(select('edge', 'e3'))));
    for (const part of ['call over Arrow IPC', 'preprocessing to \u2192pricing-engine', '40/s (calls)', '3.4 %', 'Caller waits2.7 ms6 ms11 ms', 'Callee works2.1 ms', 'Boundary cost580 \u00b5s', 'Joined11 870 calls (98.9 %)', 'Inferred130 calls (1.1 %)']) {
      expect(shown).toContain(part);
    }
  });

  test('a message has its time in the queue', () => {
    expect(text(...detail(sample(select('edge', 'e5'))))).toContain('In queue2.1 ms10 ms19 ms');
  });

  test('a node lists who calls it and whom it calls', () => {
    const shown = text(...detail(sample(select('node', 'polyglot/preprocessing'))));
    expect(shown).toContain('Is called byorder-gatewayHTTP');
    expect(shown).toContain('pricing-engineArrow IPC');
    expect(shown).toContain('consoleNATS');
  });

  test('a boundary lists its edges', () => {
    const shown = text(...detail(sample(select('boundary', '["rust","go","shared_memory"]'))));
    expect(shown).toContain('1 edgepricing-engine to \u2192reporter8/s');
  });

  test('nothing is selected, nothing is shown', () => expect(detail(sample())).toEqual([]));
});

describe('names are text', () => {
  const evil = '<img src=x onerror=alert(1)>\u202e' + 'x'.repeat(2048);
  const state = at(
    documentWith({
      nodes: [{ id: evil, name: evil, namespace: evil, kind: 'service', language: evil, sdk: evil, runtime: evil }],
      edges: [{ id: evil, source: evil, target: evil, transport: evil, relation: 'call', client_language: 'java', server_language: evil }],
    }),
  );
  const views: [string, Tree[]][] = [
    ['node panel', detail({ ...state, selection: { kind: 'node', id: evil } })],
    ['edge panel', detail({ ...state, selection: { kind: 'edge', id: evil } })],
    ['tables', [...edgeTable(state), ...nodeTable(state)]],
    ['boundaries', boundaryList(state)],
    ['legend', legend(state)],
  ];

  test.each(views)('%s: only in text and in data-id', (_, trees) => {
    const walk = (tree: Tree): void => {
      if (typeof tree === 'string') return;
      expect(tree.tag).toMatch(/^[a-z0-9]+$/);
      for (const [name, value] of Object.entries(tree.attributes)) {
        if (name !== 'data-id') expect(value, name).not.toContain('onerror');
      }
      tree.children.forEach(walk);
    };
    trees.forEach(walk);
    expect(text(...trees)).toContain('<img src=x');
    expect(text(...trees)).not.toContain('\u202e');
  });

  test('the panel has the full name', () => {
    expect(text(...all('h2', detail({ ...state, selection: { kind: 'node', id: evil } })))).toHaveLength(evil.length);
  });
});

describe('legend', () => {
  test('explains what is there and nothing else', () => {
    const shown = text(...legend(sample()));
    for (const part of ['service', 'user', 'call: solid line', 'message: dashed line', 'language boundary', 'wider', 'red end', 'red outline']) {
      expect(shown).toContain(part);
    }
    for (const part of ['database', 'external', 'telemetry', 'inferred', 'itself']) expect(shown).not.toContain(part);
  });

  test('offers self-calls when there are some', () => {
    const edges = [{ id: 's', source: 'user', target: 'user', transport: 'http', relation: 'call' }];
    expect(text(...legend(at(documentWith({ edges }))))).toContain('Show 1 call of a service to itself');
    expect(text(...legend(at(documentWith({ edges }), { selfCalls: true })))).toContain('Hide 1 call');
  });
});

describe('boundaries', () => {
  test('the sample in four rows', () => {
    const icons = (row: Tree) => all('img', [row]).map((i) => i.attributes.alt);
    expect(all('li', boundaryList(sample())).map((row) => [...icons(row), text(row)])).toEqual([
      ['Java', 'Python', ' to \u2192HTTP42/s'],
      ['Python', 'Node.js', ' to \u2192NATS4/s'],
      ['Python', 'Rust', ' to \u2192Arrow IPC40/s'],
      ['Rust', 'Go', ' to \u2192shared memory8/s'],
    ]);
  });
});

describe('tables', () => {
  test('a row for every edge and node, searchable', () => {
    expect(all('tr', edgeTable(sample())).length).toBe(2 + 5);
    expect(all('tr', nodeTable(sample())).length).toBe(2 + 6);
    expect(text(...all('h2', edgeTable(sample({ query: 'reporter' }))))).toBe('Edges1 of 5');
  });

  test('rows fill the columns', () => {
    const columns = (row: Tree) => [...all('td', [row]), ...all('th', [row])].reduce((n, c) => n + Number(c.attributes.colspan ?? '1'), 0);
    for (const rows of [all('tr', edgeTable(sample())), all('tr', nodeTable(sample()))]) {
      expect(new Set([rows[0], ...rows.slice(2)].map((r) => columns(r ?? ''))).size).toBe(1);
    }
  });

  test('too many rows are cut with a note', () => {
    const nodes = Array.from({ length: maxRows + 1 }, (_, i) => ({ id: `n${i}`, name: `n${i}`, kind: 'service' }));
    const table = nodeTable(at(documentWith({ nodes, edges: [] })));
    expect(all('tr', table).length).toBe(2 + maxRows);
    expect(text(...table)).toContain('The first 500 rows');
  });
});

describe('header', () => {
  test('counts', () => expect(counts(sample()).map((c) => text(c))).toEqual(['5 services', '5 languages', '4 transports']));
  test('window', () => expect(text(...asOf(sample()))).toMatch(/^as of \d\d:\d\d:\d\d, last 5 min$/));
  test('matches', () => {
    expect([found(sample({ query: 'rust' })), found(sample({ query: 'zzz' })), found(sample())]).toEqual([['1 match'], ['no match'], []]);
  });
  test.each([
    [{ phase: 'connecting' } as const, 'Connecting'],
    [{ phase: 'live' } as const, 'Live'],
    [{ phase: 'reconnecting', lostAt: 0 } as const, 'Reconnecting'],
  ])('chip %j', (state, words) => expect(chip({ ...initial, ...state }).words).toBe(words));
  test('a stale chip says since when', () => {
    expect(chip({ ...initial, phase: 'stale', lostAt: 0 }).words).toMatch(/^Stale since \d\d:\d\d:\d\d$/);
  });
});

describe('notices', () => {
  test('an empty map says what to send where', () => {
    const card = text(...emptyCard(at(documentWith({ nodes: [], edges: [] }))));
    for (const part of ['No spans yet', '127.0.0.1:4317', '127.0.0.1:4318', 'two services exchange a call']) expect(card).toContain(part);
  });

  test('a map with a node has no card', () => expect(emptyCard(sample())).toEqual([]));

  test('a collector that does not answer is named', () => {
    expect(text(...emptyCard({ ...initial, problem: 'the topology API answered 503' }))).toContain('the topology API answered 503');
  });

  test('nodes without a call between them', () => {
    expect(text(...banner(at(documentWith({ edges: [] })), false, undefined))).toContain('6 nodes seen, but no call');
  });

  test('what is cut is said', () => {
    const edges = [{ id: 'x', source: 'user', target: 'nowhere', transport: 'http', relation: 'call' }];
    expect(text(...banner(at(documentWith({ edges })), false, undefined))).toContain('1 edge names a node that is not in the document');
  });

  test('a failed layout is said', () => expect(text(...banner(sample(), false, 'no worker'))).toContain('(no worker)'));
  test('all is well, no banner', () => expect(banner(sample(), true, undefined)).toEqual([]));
});
