// The tables under the picture: the same facts for keyboard and screen reader.

import type { Evidence, Quantiles, TopologyEdge, TopologyNode } from '../api/topology.ts';
import { indexNodes, languagesOf, nameOf, onlyInferred, sharedNames, type NodeIndex } from '../state/model.ts';
import { matches, type State } from '../state/state.ts';
import { count, rate, ratio, seconds } from '../words/figures.ts';
import { kind } from '../words/kinds.ts';
import { relation } from '../words/transports.ts';
import { arrow, endTag, languageTag, name, selector, transportWord } from './parts.ts';
import { h, keyed, type Element, type Tree } from './tree.ts';

/** Rows of one table; a page of more is slow to update and nobody reads it. */
export const maxRows = 500;

export function edgeTable(state: State): Tree[] {
  const t = state.topology;
  if (t === undefined || t.edges.length === 0) return [];
  const nodes = indexNodes(t);
  const shared = sharedNames(t);
  const found = new Set(matches(state));
  const searching = state.query.trim() !== '';
  const edges = searching ? t.edges.filter((e) => found.has(e.source) || found.has(e.target)) : t.edges;
  const title = (id: string) => {
    const node = nodes.get(id);
    return node === undefined ? id : nameOf(node, shared);
  };
  return table(
    'Edges',
    ['From and to', 'Languages', 'Transport', 'Relation', 'Rate', 'Errors', 'Evidence', quantiles('Callee'), quantiles('Boundary cost'), quantiles('In queue')],
    edges.slice(0, maxRows).map((e) => keyed(e.id, edgeRow(e, state, nodes, title))),
    edges.length,
    t.edges.length,
  );
}

export function nodeTable(state: State): Tree[] {
  const t = state.topology;
  if (t === undefined || t.nodes.length === 0) return [];
  const shared = sharedNames(t);
  const found = new Set(matches(state));
  const searching = state.query.trim() !== '';
  const nodes = searching ? t.nodes.filter((n) => found.has(n.id)) : t.nodes;
  return table(
    'Nodes',
    ['Name', 'Kind', 'Language', 'Instances', 'Rate', 'Errors', quantiles('Time to answer')],
    nodes.slice(0, maxRows).map((n) => keyed(n.id, nodeRow(n, state, nameOf(n, shared)))),
    nodes.length,
    t.nodes.length,
  );
}

function edgeRow(e: TopologyEdge, state: State, nodes: NodeIndex, title: (id: string) => string): Element {
  const ends = languagesOf(e, nodes);
  return h(
    'tr',
    rowAttributes(state, 'edge', e.id),
    h('th', { scope: 'row' }, selector({ kind: 'edge', id: e.id }, state.selection, name(title(e.source)), arrow(), name(title(e.target)))),
    h('td', {}, h('span', { class: 'pair' }, endTag(ends.client, nodes.get(e.source)), arrow(), endTag(ends.server, nodes.get(e.target)))),
    h('td', { dir: 'auto' }, transportWord(e.transport)),
    h('td', {}, relation(e.relation).word),
    cell(e.rate, rate),
    cell(e.errorRatio, ratio),
    cell(e.evidence, (evidence) => evidenceWords(evidence, onlyInferred(e))),
    ...quantileCells(e.serverSeconds),
    ...quantileCells(e.boundarySeconds),
    ...quantileCells(e.queueSeconds),
  );
}

function nodeRow(n: TopologyNode, state: State, title: string): Element {
  return h(
    'tr',
    rowAttributes(state, 'node', n.id),
    h('th', { scope: 'row' }, selector({ kind: 'node', id: n.id }, state.selection, name(title))),
    h('td', {}, kind(n.kind).word),
    n.language === undefined ? unknown() : h('td', {}, languageTag(n.language)),
    cell(n.instances, count),
    cell(n.rate, rate),
    cell(n.errorRatio, ratio),
    ...quantileCells(n.serverSeconds),
  );
}

function rowAttributes(state: State, selected: 'edge' | 'node', id: string) {
  return state.selection?.kind === selected && state.selection.id === id ? { class: 'selected' } : {};
}

function evidenceWords(e: Evidence, inferredOnly: boolean): string {
  if (inferredOnly) return 'inferred only';
  const total = e.propagated + e.joined + e.inferred;
  if (total === 0) return 'none in this window';
  const parts = [
    ['propagated', e.propagated],
    ['joined', e.joined],
    ['inferred', e.inferred],
  ] as const;
  return parts
    .filter(([, n]) => n > 0)
    .map(([word, n]) => `${ratio(n / total)} ${word}`)
    .join(', ');
}

function quantileCells(q: Quantiles | undefined): Element[] {
  return q === undefined ? [unknown('3')] : [q.p50, q.p95, q.p99].map((s) => h('td', { class: 'figure' }, seconds(s)));
}

function cell<V>(value: V | undefined, format: (value: V) => string): Element {
  return value === undefined ? unknown() : h('td', { class: 'figure' }, format(value));
}

function unknown(columns = '1'): Element {
  return h(
    'td',
    { class: 'unknown', colspan: columns },
    h('span', { 'aria-hidden': 'true' }, '\u2013'),
    h('span', { class: 'spoken' }, 'unknown'),
  );
}

/** A column, or several under one heading. */
type Column = string | { over: string; columns: readonly string[] };

function quantiles(over: string): Column {
  return { over, columns: ['p50', 'p95', 'p99'] };
}

function head(columns: Column[]): Element {
  return h(
    'thead',
    {},
    h('tr', {}, ...columns.map((c) =>
      typeof c === 'string'
        ? h('th', { scope: 'col', rowspan: '2' }, c)
        : h('th', { scope: 'colgroup', class: 'group', colspan: String(c.columns.length) }, c.over))),
    h('tr', {}, ...columns.flatMap((c) => (typeof c === 'string' ? [] : c.columns)).map((c) => h('th', { scope: 'col' }, c))),
  );
}

function table(title: string, columns: Column[], rows: Element[], matching: number, all: number): Tree[] {
  const shownOf = matching === all ? count(all) : `${count(matching)} of ${count(all)}`;
  return [
    h('h2', {}, title, h('span', { class: 'aside' }, shownOf)),
    h(
      'div',
      { class: 'scroll' },
      h(
        'table',
        {},
        head(columns),
        h('tbody', {}, ...rows),
      ),
    ),
    ...(matching > rows.length ? [h('p', { class: 'hint' }, `The first ${count(rows.length)} rows; search to narrow them.`)] : []),
  ];
}
