// Leads an edge that no layout has seen around the nodes in its way.

import type { Box, Point, Way } from './arrange.ts';

/** Space between a node and a line that passes it, enough for half a label. */
const clearance = 44;

/** The way over or under what stands between start and end; undefined if nothing does. */
export function detour(start: Point, end: Point, boxes: ReadonlyMap<string, Box>, places: ReadonlyMap<string, Point>): Way | undefined {
  const [left, right] = start.x < end.x ? [start, end] : [end, start];
  let [hit, top, bottom] = [false, Infinity, -Infinity];
  for (const [id, box] of boxes) {
    const at = places.get(id);
    if (at === undefined || at.x <= left.x || at.x >= right.x) continue;
    const line = left.y + ((right.y - left.y) * (at.x - left.x)) / (right.x - left.x);
    if (Math.abs(at.y - line) > box.height / 2 + clearance / 4) continue;
    hit = true;
    top = Math.min(top, at.y - box.height / 2 - clearance);
    bottom = Math.max(bottom, at.y + box.height / 2 + clearance);
  }
  if (!hit) return undefined;
  const y = left.y - top < bottom - left.y ? top : bottom;
  const reach = Math.sign(end.x - start.x) * Math.min(clearance, right.x - left.x);
  return { points: [{ x: (start.x + end.x) / 2, y }], turns: [start.x + reach / 2, end.x - reach / 2] };
}
