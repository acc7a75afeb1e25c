// The topology as the page holds it: the wire document of GET api/v1/topology
// after decode.ts has checked it. A field that is undefined is unknown, never 0.

export type NodeKind = 'service' | 'database' | 'messaging' | 'external' | 'user';
export type Relation = 'call' | 'message' | 'telemetry';

/** Seconds. */
export interface Quantiles {
  p50: number;
  p95: number;
  p99: number;
}

/** Calls over the window by how caller and callee came to be in one trace. */
export interface Evidence {
  propagated: number;
  joined: number;
  inferred: number;
}

export interface Vulnerabilities {
  critical: number;
  high: number;
  medium: number;
  low: number;
}

export interface TopologyNode {
  id: string;
  name: string;
  namespace?: string;
  kind: NodeKind;
  language?: string;
  /** All languages seen under this name, busiest first; at least two when present. */
  languages?: string[];
  sdk?: string;
  runtime?: string;
  instances?: number;
  /** Calls and messages received per second. */
  rate?: number;
  /** 0 to 1. */
  errorRatio?: number;
  serverSeconds?: Quantiles;
  vulnerabilities?: Vulnerabilities;
  /** RFC 3339. */
  firstSeen?: string;
  lastSeen?: string;
}

export interface TopologyEdge {
  id: string;
  source: string;
  target: string;
  transport: string;
  relation: Relation;
  clientLanguage?: string;
  serverLanguage?: string;
  /** Calls or messages per second. */
  rate?: number;
  /** 0 to 1. */
  errorRatio?: number;
  clientSeconds?: Quantiles;
  serverSeconds?: Quantiles;
  /** Caller's duration minus the callee's of the same call; negative when clocks disagree. */
  boundarySeconds?: Quantiles;
  /** Consumer's start minus producer's end. */
  queueSeconds?: Quantiles;
  evidence?: Evidence;
  firstSeen?: string;
  lastSeen?: string;
}

/** What was left out of the picture, so that the page can say so. */
export interface Cut {
  nodes: number;
  edges: number;
  /** Edges that name a node the document does not have. */
  dangling: number;
}

export interface Topology {
  /** RFC 3339. */
  asOf?: string;
  windowSeconds?: number;
  nodes: TopologyNode[];
  edges: TopologyEdge[];
  cut: Cut;
}
