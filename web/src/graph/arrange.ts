// Asks dagre for a left-to-right layout. Pure: sizes in, centres and ways out.

import dagre, { type graphlib } from '@dagrejs/dagre';
import { fold, stack } from './fold.ts';

export interface Box {
  id: string;
  width: number;
  height: number;
}

export interface Link {
  id: string;
  source: string;
  target: string;
  /** Telemetry says little of where a node belongs: calls and messages go first. */
  telemetry: boolean;
  /** Size of the label, which the layout keeps free. */
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

/** How an edge gets from one box to another: level through its points, climbing or falling between them. */
export interface Way {
  points: Point[];
  /** Where it climbs or falls: before the first point, between two, after the last. */
  turns: number[];
}

export interface Arrangement {
  nodes: Map<string, Point>;
  /** Ways for the links of a small picture; in a large one they take their own. */
  ways: Map<string, Way>;
}

/** Beyond this a picture is large: labels are too small to read when all is in view. */
const maxSmallBoxes = 60;
const maxSmallLinks = 120;
/** A large layout is made from as many links; time grows faster than their number. */
const maxLargeLinks = 3_000;

export function arrange(boxes: readonly Box[], links: readonly Link[]): Arrangement {
  const drawn = links.filter((l) => l.source !== l.target);
  const small = boxes.length <= maxSmallBoxes && drawn.length <= maxSmallLinks;
  return small ? arrangeSmall(boxes, drawn) : arrangeLarge(boxes, drawn.slice(0, maxLargeLinks));
}

function arrangeSmall(boxes: readonly Box[], links: readonly Link[]): Arrangement {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'LR', nodesep: 56, edgesep: 24, ranksep: 56 });
  for (const b of boxes) graph.setNode(b.id, { width: b.width, height: b.height });
  for (const l of links) graph.setEdge(l.source, l.target, { width: l.width, height: l.height, labelpos: 'c' }, l.id);
  dagre.layout(graph);

  // Boxes, and labels, of one column share their centre.
  const columns = new Map<number, number>();
  const widen = (x: number, width: number) => columns.set(column(x), Math.max(columns.get(column(x)) ?? 0, width / 2));
  const nodes = centres(boxes, graph);
  for (const b of boxes) widen(nodes.get(b.id)?.x ?? 0, b.width);
  for (const e of graph.edges()) widen(graph.edge(e).x, graph.edge(e).width);

  const ways = new Map<string, Way>();
  for (const e of graph.edges()) {
    const [from, to] = [nodes.get(e.v), nodes.get(e.w)];
    if (e.name === undefined || from === undefined || to === undefined) continue;
    // The first and the last point lie on the outlines of the two boxes.
    const points = (graph.edge(e).points as Point[]).slice(1, -1).map(({ x, y }) => ({ x, y }));
    const stations = [from, ...points, to];
    const turns = stations.slice(1).map((b, i) => between(stations[i] ?? from, b, columns));
    ways.set(e.name, { points, turns });
  }
  return { nodes, ways };
}

function arrangeLarge(boxes: readonly Box[], links: readonly Link[]): Arrangement {
  const graph = new dagre.graphlib.Graph();
  const ranker = fold(boxes.length);
  // Dagre takes a function here, its types do not know.
  graph.setGraph({ rankdir: 'LR', nodesep: 20, edgesep: 4, ranksep: 130, ranker: ranker as unknown as string });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const b of boxes) graph.setNode(b.id, { width: b.width, height: b.height });
  for (const l of links) graph.setEdge(l.source, l.target);
  dagre.layout(graph);
  return { nodes: stack(centres(boxes, graph), boxes), ways: new Map() };
}

function centres(boxes: readonly Box[], graph: graphlib.Graph): Map<string, Point> {
  return new Map(
    boxes.map((b) => {
      const { x, y } = graph.node(b.id) as Point;
      return [b.id, { x, y }];
    }),
  );
}

function column(x: number): number {
  return Math.round(x);
}

/** The middle of the gap between the columns of two points. */
function between(a: Point, b: Point, columns: ReadonlyMap<number, number>): number {
  const way = Math.sign(b.x - a.x);
  const half = (p: Point) => columns.get(column(p.x)) ?? 0;
  return (a.x + way * half(a) + (b.x - way * half(b))) / 2;
}
