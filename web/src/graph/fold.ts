// Keeps a large layout from becoming a ribbon. Dagre puts all boxes of one depth into
// one column, so hundreds of services stand in a few columns many screens tall. Here
// a depth with too many boxes is folded into several columns, and the boxes of each
// column are stacked without the gaps that dagre leaves for passing edges.

import type { Box, Point } from './arrange.ts';

/** Boxes in a column: chosen so that the picture is wider than tall by about this ratio. */
const aspect = 1.7;
const columnWidth = 270;
const rowHeight = 100;
const rowGap = 36;

/** The part of dagre's graph that a ranker uses. */
interface RankedGraph {
  nodes(): string[];
  node(id: string): { rank?: number };
  inEdges(id: string): { v: string }[] | undefined;
  outEdges(id: string): { w: string }[] | undefined;
}

/** A ranker for dagre: depth first to last, folded; siblings stay together. */
export function fold(boxes: number): (graph: RankedGraph) => void {
  const maxRows = Math.ceil(Math.sqrt((boxes * columnWidth) / (aspect * rowHeight)));
  return (graph) => {
    const sequence = new Map<string, number>();
    const firstCaller = (id: string) =>
      Math.min(Infinity, ...(graph.inEdges(id) ?? []).map((e) => sequence.get(e.v) ?? Infinity));
    let column = 0;
    for (const layer of layers(graph)) {
      const order = new Map(layer.map((id) => [id, firstCaller(id)]));
      const sorted = [...layer].sort((a, b) => compare(order.get(a), order.get(b)));
      const columns = Math.ceil(sorted.length / maxRows);
      const rows = Math.ceil(sorted.length / columns);
      sorted.forEach((id, i) => {
        sequence.set(id, sequence.size);
        // Dagre halves its rank separation and expects every second rank to be used.
        graph.node(id).rank = 2 * (column + Math.floor(i / rows));
      });
      column += columns;
    }
  };
}

/** Stacks the boxes of each column around one middle line, in the order they have. */
export function stack(centres: ReadonlyMap<string, Point>, boxes: readonly Box[]): Map<string, Point> {
  const columns = new Map<number, { box: Box; at: Point }[]>();
  for (const box of boxes) {
    const at = centres.get(box.id);
    if (at === undefined) continue;
    const key = Math.round(at.x);
    columns.set(key, [...(columns.get(key) ?? []), { box, at }]);
  }
  const stacked = new Map<string, Point>();
  for (const members of columns.values()) {
    members.sort((a, b) => a.at.y - b.at.y);
    const height = members.reduce((sum, m) => sum + m.box.height + rowGap, -rowGap);
    let top = -height / 2;
    for (const { box, at } of members) {
      stacked.set(box.id, { x: at.x, y: top + box.height / 2 });
      top += box.height + rowGap;
    }
  }
  return stacked;
}

/** Ids by depth: a box is one deeper than its deepest caller. The graph has no cycles here. */
function layers(graph: RankedGraph): string[][] {
  const waiting = new Map(graph.nodes().map((id) => [id, graph.inEdges(id)?.length ?? 0]));
  let layer = graph.nodes().filter((id) => waiting.get(id) === 0);
  const result: string[][] = [];
  while (layer.length > 0) {
    result.push(layer);
    const next: string[] = [];
    for (const { w } of layer.flatMap((id) => graph.outEdges(id) ?? [])) {
      const left = (waiting.get(w) ?? 0) - 1;
      waiting.set(w, left);
      if (left === 0) next.push(w);
    }
    layer = next;
  }
  return result;
}

function compare(a = Infinity, b = Infinity): number {
  return a === b ? 0 : a - b;
}
