// What the page derives from a topology: which edges cross a language boundary, how
// nodes are named, what is on the screen. Plain values, no page.

import type { NodeKind, Relation, Topology, TopologyEdge, TopologyNode } from '../api/topology.ts';

/** The two known and different languages of an edge. */
export interface Crossing {
  client: string;
  server: string;
}

/** All edges that cross from one language to another over one transport. */
export interface Boundary extends Crossing {
  key: string;
  transport: string;
  edges: TopologyEdge[];
  /** Sum over the edges; undefined as soon as one of them is unknown. */
  rate?: number;
}

export interface Summary {
  kinds: Map<NodeKind, number>;
  /** Languages of the services, most services first. */
  languages: string[];
  transports: string[];
  relations: Set<Relation>;
}

export type NodeIndex = ReadonlyMap<string, TopologyNode>;

export function indexNodes(t: Topology): NodeIndex {
  return new Map(t.nodes.map((n) => [n.id, n]));
}

/** The languages of both ends as seen on the edge, else as the nodes say. */
export function languagesOf(edge: TopologyEdge, nodes: NodeIndex): Partial<Crossing> {
  const client = edge.clientLanguage ?? nodes.get(edge.source)?.language;
  const server = edge.serverLanguage ?? nodes.get(edge.target)?.language;
  return { ...(client !== undefined && { client }), ...(server !== undefined && { server }) };
}

export function crossing(edge: TopologyEdge, nodes: NodeIndex): Crossing | undefined {
  const { client, server } = languagesOf(edge, nodes);
  if (client === undefined || server === undefined || client === server) return undefined;
  return { client, server };
}

/** Boundaries by language and transport: an order that figures do not change. */
export function boundaries(t: Topology): Boundary[] {
  const nodes = indexNodes(t);
  const byKey = new Map<string, Boundary>();
  for (const edge of t.edges) {
    const ends = crossing(edge, nodes);
    if (ends === undefined) continue;
    const key = JSON.stringify([ends.client, ends.server, edge.transport]);
    const found = byKey.get(key);
    if (found === undefined) byKey.set(key, { ...ends, key, transport: edge.transport, edges: [edge] });
    else found.edges.push(edge);
  }
  for (const b of byKey.values()) {
    const rates = b.edges.map((e) => e.rate).filter((r) => r !== undefined);
    if (rates.length === b.edges.length) b.rate = rates.reduce((sum, r) => sum + r, 0);
  }
  return [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

export function summary(t: Topology): Summary {
  const kinds = new Map<NodeKind, number>();
  const languages = new Map<string, number>();
  for (const n of t.nodes) {
    kinds.set(n.kind, (kinds.get(n.kind) ?? 0) + 1);
    if (n.language !== undefined) languages.set(n.language, (languages.get(n.language) ?? 0) + 1);
  }
  return {
    kinds,
    languages: [...languages].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([id]) => id),
    transports: [...new Set(t.edges.map((e) => e.transport))].sort(),
    relations: new Set(t.edges.map((e) => e.relation)),
  };
}

/** Names that more than one namespace uses: these are shown with their namespace. */
export function sharedNames(t: Topology): ReadonlySet<string> {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const n of t.nodes) (seen.has(n.name) ? shared : seen).add(n.name);
  return shared;
}

export function nameOf(node: TopologyNode, shared: ReadonlySet<string>): string {
  return shared.has(node.name) && node.namespace !== undefined ? `${node.namespace}/${node.name}` : node.name;
}

/** True when no call on the edge was seen in one trace from end to end. */
export function onlyInferred(edge: TopologyEdge): boolean {
  const e = edge.evidence;
  return e !== undefined && e.inferred > 0 && e.propagated + e.joined === 0;
}

export function isSelfCall(edge: TopologyEdge): boolean {
  return edge.source === edge.target;
}
