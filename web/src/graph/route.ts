// The course of an edge in the form cytoscape takes: control points relative to the
// straight line between its two ends.

import type { Point, Way } from './arrange.ts';

export interface Route {
  /** Where along the line each control point lies, 0 at the start, 1 at the end. */
  weights: number[];
  /** How far to the side of the line each lies, in pixels. */
  distances: number[];
}

/**
 * A smooth course from start to end along the way: level at its points, where a label
 * may lie, and where it leaves and enters a node. Undefined if start is end.
 */
export function route(start: Point, end: Point, way: Way): Route | undefined {
  const [dx, dy] = [end.x - start.x, end.y - start.y];
  const length = Math.hypot(dx, dy);
  if (length === 0) return undefined;
  const stations = [start, ...way.points, end];
  const controls = way.turns.flatMap((x, i) => [
    { x, y: (stations[i] ?? start).y },
    { x, y: (stations[i + 1] ?? end).y },
  ]);
  return {
    weights: controls.map((c) => ((c.x - start.x) * dx + (c.y - start.y) * dy) / (length * length)),
    distances: controls.map((c) => ((c.y - start.y) * dx - (c.x - start.x) * dy) / length),
  };
}

/** The way of an edge that was in no layout: half-way level under its label. */
export function sweep(start: Point, end: Point, labelWidth: number): Way {
  const middle = { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 };
  const half = Math.min(labelWidth, Math.abs(end.x - start.x)) / 2;
  const way = Math.sign(end.x - start.x);
  return { points: [middle], turns: [(start.x + middle.x - way * half) / 2, (middle.x + way * half + end.x) / 2] };
}
