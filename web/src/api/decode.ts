// Turns the JSON of the topology API into a Topology. It accepts what it knows and
// drops the rest field by field: a wrong type is treated as absent, because a page
// that shows most of the truth is worth more than an error. Only a document that is
// no topology at all, or of another version, is refused.

import type {
  Evidence,
  NodeKind,
  Quantiles,
  Relation,
  Topology,
  TopologyEdge,
  TopologyNode,
  Vulnerabilities,
} from './topology.ts';

export const topologyVersion = 1;
export const maxNodes = 2_000;
export const maxEdges = 10_000;

const kinds: readonly string[] = ['service', 'database', 'messaging', 'external', 'user'];
const relations: readonly string[] = ['call', 'message', 'telemetry'];

type Json = Record<string, unknown>;

/** Decodes one document; throws an Error whose message can be shown to the user. */
export function decodeTopology(text: string): Topology {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('the answer is not JSON');
  }
  if (!isObject(value) || !Array.isArray(value['nodes']) || !Array.isArray(value['edges'])) {
    throw new Error('the answer is not a topology document');
  }
  if (value['version'] !== topologyVersion) {
    throw new Error(
      `the topology has version ${String(value['version'])}, this page reads version ${topologyVersion}: reload the page`,
    );
  }
  const allNodes = unique(value['nodes'].map(decodeNode));
  const allEdges = unique(value['edges'].map(decodeEdge));

  const known = new Set(allNodes.map((n) => n.id));
  const joined = allEdges.filter((e) => known.has(e.source) && known.has(e.target));

  const nodes = allNodes.slice(0, maxNodes);
  const shown = new Set(nodes.map((n) => n.id));
  const edges = joined.filter((e) => shown.has(e.source) && shown.has(e.target)).slice(0, maxEdges);

  return {
    ...optional('asOf', asText(value['as_of'])),
    ...optional('windowSeconds', asAmount(value['window_seconds'])),
    nodes,
    edges,
    cut: {
      nodes: allNodes.length - nodes.length,
      edges: joined.length - edges.length,
      dangling: allEdges.length - joined.length,
    },
  };
}

function decodeNode(value: unknown): TopologyNode | undefined {
  if (!isObject(value)) return undefined;
  const id = asText(value['id']);
  if (id === undefined) return undefined;
  const kind = asText(value['kind']);
  return {
    id,
    name: asText(value['name']) ?? id,
    kind: kind !== undefined && kinds.includes(kind) ? (kind as NodeKind) : 'service',
    ...optional('namespace', asText(value['namespace'])),
    ...optional('language', asText(value['language'])),
    ...optional('languages', asTexts(value['languages'])),
    ...optional('sdk', asText(value['sdk'])),
    ...optional('runtime', asText(value['runtime'])),
    ...optional('instances', asAmount(value['instances'])),
    ...optional('rate', asAmount(value['rate'])),
    ...optional('errorRatio', asShare(value['error_ratio'])),
    ...optional('serverSeconds', asQuantiles(value['server_seconds'])),
    ...optional('vulnerabilities', asVulnerabilities(value['vulnerabilities'])),
    ...optional('firstSeen', asText(value['first_seen'])),
    ...optional('lastSeen', asText(value['last_seen'])),
  };
}

function decodeEdge(value: unknown): TopologyEdge | undefined {
  if (!isObject(value)) return undefined;
  const id = asText(value['id']);
  const source = asText(value['source']);
  const target = asText(value['target']);
  if (id === undefined || source === undefined || target === undefined) return undefined;
  const relation = asText(value['relation']);
  return {
    id,
    source,
    target,
    transport: asText(value['transport']) ?? 'unknown',
    relation: relation !== undefined && relations.includes(relation) ? (relation as Relation) : 'call',
    ...optional('clientLanguage', asText(value['client_language'])),
    ...optional('serverLanguage', asText(value['server_language'])),
    ...optional('rate', asAmount(value['rate'])),
    ...optional('errorRatio', asShare(value['error_ratio'])),
    ...optional('clientSeconds', asQuantiles(value['client_seconds'])),
    ...optional('serverSeconds', asQuantiles(value['server_seconds'])),
    ...optional('boundarySeconds', asQuantiles(value['boundary_seconds'])),
    ...optional('queueSeconds', asQuantiles(value['queue_seconds'])),
    ...optional('evidence', asEvidence(value['evidence'])),
    ...optional('firstSeen', asText(value['first_seen'])),
    ...optional('lastSeen', asText(value['last_seen'])),
  };
}

/** A one-field object, or none: how an unknown value stays absent. */
function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}

function unique<T extends { id: string }>(items: (T | undefined)[]): T[] {
  const byId = new Map<string, T>();
  for (const item of items) {
    if (item !== undefined && !byId.has(item.id)) byId.set(item.id, item);
  }
  return [...byId.values()];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function asTexts(value: unknown): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const texts = value.map(asText).filter((t) => t !== undefined);
  return texts.length > 1 ? texts : undefined;
}

function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function asAmount(value: unknown): number | undefined {
  const n = asNumber(value);
  return n === undefined || n < 0 ? undefined : n;
}

function asShare(value: unknown): number | undefined {
  const n = asAmount(value);
  return n === undefined || n > 1 ? undefined : n;
}

function asQuantiles(value: unknown): Quantiles | undefined {
  return asNumbers(value, ['p50', 'p95', 'p99']);
}

function asEvidence(value: unknown): Evidence | undefined {
  return asNumbers(value, ['propagated', 'joined', 'inferred']);
}

function asVulnerabilities(value: unknown): Vulnerabilities | undefined {
  return asNumbers(value, ['critical', 'high', 'medium', 'low']);
}

/** All of the keys as numbers, or undefined: half a set of figures would mislead. */
function asNumbers<K extends string>(value: unknown, keys: readonly K[]): Record<K, number> | undefined {
  if (!isObject(value)) return undefined;
  const found: Partial<Record<K, number>> = {};
  for (const key of keys) {
    const n = asNumber(value[key]);
    if (n === undefined) return undefined;
    found[key] = n;
  }
  return found as Record<K, number>;
}
