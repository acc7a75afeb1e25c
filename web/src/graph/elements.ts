// The picture as plain values: one element for each node and edge of the topology
// with everything that its looks depend on. Positions are not part of it.

import type { NodeKind, Relation, Topology, TopologyEdge, TopologyNode } from '../api/topology.ts';
import { crossing, indexNodes, isSelfCall, nameOf, onlyInferred, sharedNames, type NodeIndex } from '../state/model.ts';
import { ratio } from '../words/figures.ts';
import { kind, kindColor } from '../words/kinds.ts';
import { language } from '../words/languages.ts';
import { label } from '../words/names.ts';
import { transport } from '../words/transports.ts';

export const nodeHeight = 64;
const nodeMinWidth = 108;
const nodePadding = 24;
/** Room that the slanted or round sides of an outline take from the label. */
const slant: Record<NodeKind, number> = { service: 0, database: 0, external: 8, messaging: 36, user: 16 };
const labelPadding = 14;
const lineHeight = 15;

/** Characters of a name and of a transport or language in a label. */
const maxName = 24;
const maxWord = 18;

/** Line width in pixels: without traffic or without a known rate, and at most. */
const thinnest = 2;
const thickest = 8;

export interface NodeElement {
  id: string;
  kind: NodeKind;
  label: string;
  icon: string;
  band: string;
  shape: string;
  width: number;
  failing: boolean;
}

export interface EdgeElement {
  id: string;
  source: string;
  target: string;
  relation: Relation;
  label: string;
  labelWidth: number;
  labelHeight: number;
  width: number;
  /** Colours of the two ends of a language boundary; absent within one language. */
  fade?: { from: string; to: string };
  /** Share of failed calls, 0 to 1; 0 when none failed or nothing is known. */
  failed: number;
  inferred: boolean;
}

export interface Elements {
  nodes: NodeElement[];
  edges: EdgeElement[];
}

/** Width in pixels of a text at the size labels are drawn in. */
export type Measure = (text: string) => number;

export function elements(t: Topology, selfCalls: boolean, measure: Measure): Elements {
  const nodes = indexNodes(t);
  const shared = sharedNames(t);
  return {
    nodes: t.nodes.map((n) => nodeElement(n, nameOf(n, shared), measure)),
    edges: t.edges.filter((e) => selfCalls || !isSelfCall(e)).map((e) => edgeElement(e, nodes, measure)),
  };
}

function nodeElement(n: TopologyNode, name: string, measure: Measure): NodeElement {
  const shown = label(name, maxName);
  const words = kind(n.kind);
  const spoken = language(n.language);
  const service = n.kind === 'service';
  return {
    id: n.id,
    kind: n.kind,
    label: shown,
    icon: service ? spoken.icon : words.icon,
    band: service ? spoken.color : kindColor,
    shape: words.shape,
    width: Math.max(nodeMinWidth, Math.ceil(measure(shown)) + nodePadding) + slant[n.kind],
    failing: (n.errorRatio ?? 0) > 0,
  };
}

function edgeElement(e: TopologyEdge, nodes: NodeIndex, measure: Measure): EdgeElement {
  const ends = crossing(e, nodes);
  const failed = e.errorRatio ?? 0;
  const inferred = onlyInferred(e);
  const lines = [label(transport(e.transport), maxWord) + (inferred ? ' (inferred)' : '')];
  if (ends !== undefined) lines.push(`${word(ends.client)} \u2192 ${word(ends.server)}`);
  if (failed > 0) lines.push(`${ratio(failed)} errors`);
  return {
    id: e.id,
    source: e.source,
    target: e.target,
    relation: e.relation,
    label: lines.join('\n'),
    labelWidth: Math.ceil(Math.max(...lines.map(measure))) + labelPadding,
    labelHeight: lines.length * lineHeight + labelPadding,
    width: lineWidth(e.rate),
    ...(ends !== undefined && { fade: { from: language(ends.client).color, to: language(ends.server).color } }),
    failed,
    inferred,
  };
}

function word(id: string): string {
  return label(language(id).word, maxWord);
}

/** Each tenfold of the rate adds the same, so one busy edge does not flatten the rest. */
function lineWidth(rate: number | undefined): number {
  if (rate === undefined || rate <= 0) return thinnest;
  return Math.round(Math.min(thickest, thinnest + 1.3 * Math.log10(1 + 10 * rate)) * 4) / 4;
}
