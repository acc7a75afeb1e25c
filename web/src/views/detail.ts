// The side panel: everything known of the selected node, edge or boundary.

import type { Evidence, Quantiles, Topology, TopologyEdge, TopologyNode } from '../api/topology.ts';
import { boundaries, indexNodes, isSelfCall, languagesOf, type NodeIndex } from '../state/model.ts';
import type { Selection, State } from '../state/state.ts';
import { count, counted, moment, rate, ratio, seconds } from '../words/figures.ts';
import { kind } from '../words/kinds.ts';
import { relation, transport } from '../words/transports.ts';
import { visible } from '../words/names.ts';
import { arrow, endTag, figure, languageTag, name, nodeTag, selector, transportWord } from './parts.ts';
import { h, keyed, type Element, type Tree } from './tree.ts';

/** A service with more peers than this lists the first ones; the table has them all. */
const maxPeers = 50;

export function detail(state: State): Tree[] {
  const { topology, selection } = state;
  if (topology === undefined || selection === undefined) return [];
  const nodes = indexNodes(topology);
  switch (selection.kind) {
    case 'node': {
      const node = nodes.get(selection.id);
      return node === undefined ? [] : nodeDetail(node, topology, nodes, selection);
    }
    case 'edge': {
      const edge = topology.edges.find((e) => e.id === selection.id);
      return edge === undefined ? [] : edgeDetail(edge, nodes);
    }
    case 'boundary':
      return boundaryDetail(selection, topology, nodes);
  }
}

function nodeDetail(node: TopologyNode, t: Topology, nodes: NodeIndex, selection: Selection): Tree[] {
  const known = <V extends string | number>(label: string, value: V | undefined, format: (v: V) => string) =>
    value === undefined ? undefined : fact(label, h('span', { dir: 'auto' }, format(value)));
  return [
    heading(kind(node.kind).word, name(node.name)),
    facts(
      node.namespace !== undefined && fact('Namespace', name(node.namespace)),
      node.kind === 'service' && fact('Language', languageTag(node.language)),
      node.languages !== undefined && fact('All languages', h('span', {}, ...node.languages.map(languageTag))),
      known('SDK', node.sdk, visible),
      known('Runtime', node.runtime, visible),
      known('Instances', node.instances, count),
    ),
    section('Traffic received', facts(
      fact('Rate', figure(node.rate, rate)),
      fact('Errors', figure(node.errorRatio, ratio)),
    )),
    section('Time to answer', quantileTable([['Server', node.serverSeconds]])),
    node.vulnerabilities !== undefined &&
      section('Open vulnerabilities', facts(
        fact('Critical', count(node.vulnerabilities.critical)),
        fact('High', count(node.vulnerabilities.high)),
        fact('Medium', count(node.vulnerabilities.medium)),
        fact('Low', count(node.vulnerabilities.low)),
      )),
    peers('Is called by', t.edges.filter((e) => e.target === node.id && !isSelfCall(e)), (e) => e.source, nodes, selection),
    peers('Calls', t.edges.filter((e) => e.source === node.id && !isSelfCall(e)), (e) => e.target, nodes, selection),
    peers('Calls itself', t.edges.filter((e) => e.source === node.id && isSelfCall(e)), (e) => e.target, nodes, selection),
    seen(node),
  ].filter((part) => part !== undefined && part !== false);
}

function edgeDetail(edge: TopologyEdge, nodes: NodeIndex): Tree[] {
  const words = relation(edge.relation);
  const ends = languagesOf(edge, nodes);
  const latency: [string, Quantiles | undefined][] = [
    ['Caller waits', edge.clientSeconds],
    ['Callee works', edge.serverSeconds],
    ['Boundary cost', edge.boundarySeconds],
  ];
  if (edge.queueSeconds !== undefined || edge.relation === 'message') latency.push(['In queue', edge.queueSeconds]);
  return [
    heading(`${words.word} over ${transportWord(edge.transport)}`, endName(edge.source, nodes), arrow(), endName(edge.target, nodes)),
    facts(
      fact('Languages', h('span', { class: 'pair' }, endTag(ends.client, nodes.get(edge.source)), arrow(), endTag(ends.server, nodes.get(edge.target)))),
      fact('Transport', h('span', { dir: 'auto' }, visible(transport(edge.transport)))),
      fact('Relation', words.word),
    ),
    section('Traffic', facts(
      fact('Rate', figure(edge.rate, (r) => `${rate(r)} (${words.unit})`)),
      fact('Errors', figure(edge.errorRatio, ratio)),
    )),
    section(
      'Latency',
      quantileTable(latency),
      h('p', { class: 'hint' }, 'Boundary cost: what the caller waits beyond the callee\u2019s own work, for the same call.'),
    ),
    section('How the two ends were matched', evidence(edge.evidence, words.unit)),
    seen(edge),
  ];
}

function boundaryDetail(selection: Selection, t: Topology, nodes: NodeIndex): Tree[] {
  const boundary = boundaries(t).find((b) => b.key === selection.id);
  if (boundary === undefined) return [];
  return [
    heading(
      `language boundary over ${transportWord(boundary.transport)}`,
      h('span', { class: 'pair' }, languageTag(boundary.client), arrow(), languageTag(boundary.server)),
    ),
    facts(fact('Rate', figure(boundary.rate, rate))),
    section(
      counted(boundary.edges.length, 'edge', 'edges'),
      h('ul', { class: 'list' }, ...boundary.edges.slice(0, maxPeers).map((e) =>
        keyed(e.id, h('li', {}, selector(
          { kind: 'edge', id: e.id }, selection,
          endName(e.source, nodes), arrow(), endName(e.target, nodes),
          h('span', { class: 'aside' }, figure(e.rate, rate)),
        ))))),
      more(boundary.edges.length),
    ),
  ];
}

function peers(
  title: string,
  edges: TopologyEdge[],
  peer: (e: TopologyEdge) => string,
  nodes: NodeIndex,
  selection: Selection,
): Element | undefined {
  if (edges.length === 0) return undefined;
  const items = edges.slice(0, maxPeers).map((e) => {
    const node = nodes.get(peer(e));
    return keyed(e.id, h('li', {}, selector(
      { kind: 'edge', id: e.id }, selection,
      node === undefined ? name(peer(e)) : nodeTag(node),
      name(node?.name ?? peer(e)),
      h('span', { class: 'aside' }, transportWord(e.transport)),
    )));
  });
  return section(title, h('ul', { class: 'list' }, ...items), more(edges.length));
}

function more(total: number): Element | false {
  return total > maxPeers && h('p', { class: 'hint' }, `and ${count(total - maxPeers)} more, see the table`);
}

function quantileTable(rows: [string, Quantiles | undefined][]): Element {
  return h(
    'table',
    { class: 'quantiles' },
    h('thead', {}, h('tr', {}, h('td', {}), ...['p50', 'p95', 'p99'].map((p) => h('th', { scope: 'col' }, p)))),
    h('tbody', {}, ...rows.map(([label, q]) =>
      h('tr', {}, h('th', { scope: 'row' }, label),
        ...(q === undefined
          ? [h('td', { colspan: '3', class: 'unknown' }, 'unknown')]
          : [q.p50, q.p95, q.p99].map((s) => h('td', {}, seconds(s))))))),
  );
}

function evidence(e: Evidence | undefined, unit: string): Element {
  const total = e === undefined ? 0 : e.propagated + e.joined + e.inferred;
  const share = (value: number) => `${count(value)} ${unit}` + (total > 0 ? ` (${ratio(value / total)})` : '');
  return facts(
    fact('Propagated', figure(e?.propagated, share), 'context carried by the SDKs'),
    fact('Joined', figure(e?.joined, share), 'exact evidence in both spans'),
    fact('Inferred', figure(e?.inferred, share), 'estimated from timing'),
  );
}

function seen(thing: { firstSeen?: string; lastSeen?: string }): Element {
  return section('Seen', facts(
    fact('First', figure(thing.firstSeen, (s) => moment(s) ?? 'unknown')),
    fact('Last', figure(thing.lastSeen, (s) => moment(s) ?? 'unknown')),
  ));
}

function endName(id: string, nodes: NodeIndex): Element {
  return name(nodes.get(id)?.name ?? id);
}

function heading(over: string, ...title: Tree[]): Element {
  return h('div', { class: 'heading' }, h('p', { class: 'over', dir: 'auto' }, over), h('h2', {}, ...title));
}

function section(title: string, ...children: (Tree | false)[]): Element {
  return h('section', {}, h('h3', {}, title), ...children);
}

function facts(...items: (Element | undefined | false)[]): Element {
  return h('dl', { class: 'facts' }, ...items);
}

function fact(label: string, value: Tree, hint?: string): Element {
  return h('div', {}, h('dt', {}, label), h('dd', {}, value, hint !== undefined && h('span', { class: 'hint' }, hint)));
}
