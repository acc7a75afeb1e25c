// Places new nodes beside those that are already drawn, which never move.

import type { Box, Link, Point } from './arrange.ts';

/** Free space kept beside a box, and above and below it, where labels of edges lie. */
const gapX = 40;
const gapY = 90;

/**
 * The part of the picture that decides where new nodes go: the new nodes, their
 * neighbours and the links between them, of telemetry only what a node would else lack.
 */
export function surroundings(
  boxes: readonly Box[],
  links: readonly Link[],
  isNew: (id: string) => boolean,
): { boxes: Box[]; links: Link[] } {
  const touching = links.filter((l) => isNew(l.source) || isNew(l.target));
  const called = new Set(touching.filter((l) => !l.telemetry).flatMap((l) => [l.source, l.target]));
  const near = touching.filter((l) => !l.telemetry || [l.source, l.target].some((id) => isNew(id) && !called.has(id)));
  const ids = new Set(near.flatMap((l) => [l.source, l.target]));
  return { boxes: boxes.filter((b) => isNew(b.id) || ids.has(b.id)), links: near };
}

/**
 * Moves each new node from its place in a layout of its surroundings to the same
 * place relative to its drawn neighbours, then up or down to where nothing is.
 * A node without a drawn neighbour keeps its place relative to the other new ones.
 */
export function place(
  layout: ReadonlyMap<string, Point>,
  boxes: ReadonlyMap<string, Box>,
  links: readonly Link[],
  drawn: ReadonlyMap<string, Point>,
): Map<string, Point> {
  const placed = new Map<string, Point>();
  const everywhere = meanShift([...layout.keys()], layout, drawn);
  const occupied = [...drawn].flatMap(([id, at]) => rectangle(boxes.get(id), at));
  for (const [id, at] of layout) {
    if (drawn.has(id)) continue;
    const neighbours = links.flatMap((l) => (l.source === id ? [l.target] : l.target === id ? [l.source] : []));
    const shift = meanShift(neighbours, layout, drawn) ?? everywhere ?? below(occupied);
    const box = boxes.get(id);
    const spot = free({ x: at.x + shift.x, y: at.y + shift.y }, box, occupied);
    placed.set(id, spot);
    occupied.push(...rectangle(box, spot));
  }
  return placed;
}

interface Rectangle {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** How far the drawn ones among ids are, on average, from their place in the layout. */
function meanShift(
  ids: readonly string[],
  layout: ReadonlyMap<string, Point>,
  drawn: ReadonlyMap<string, Point>,
): Point | undefined {
  let [x, y, n] = [0, 0, 0];
  for (const id of ids) {
    const [from, to] = [layout.get(id), drawn.get(id)];
    if (from === undefined || to === undefined) continue;
    x += to.x - from.x;
    y += to.y - from.y;
    n++;
  }
  return n === 0 ? undefined : { x: x / n, y: y / n };
}

function below(occupied: readonly Rectangle[]): Point {
  if (occupied.length === 0) return { x: 0, y: 0 };
  const left = occupied.reduce((min, r) => Math.min(min, r.left), Infinity);
  const bottom = occupied.reduce((max, r) => Math.max(max, r.bottom), -Infinity);
  return { x: left, y: bottom + gapY };
}

/** The spot nearest to the wished one, above or below it, that overlaps nothing. */
function free(wish: Point, box: Box | undefined, occupied: readonly Rectangle[]): Point {
  const step = (box?.height ?? 0) + gapY;
  // All boxes have one height, so each reaches at most two of these 2n + 1 disjoint spots.
  for (let i = 0; i <= occupied.length; i++) {
    for (const y of i === 0 ? [wish.y] : [wish.y + i * step, wish.y - i * step]) {
      const spot = { x: wish.x, y };
      const [mine] = rectangle(box, spot);
      if (mine === undefined || !occupied.some((r) => overlap(r, mine))) return spot;
    }
  }
  return wish;
}

function rectangle(box: Box | undefined, at: Point): Rectangle[] {
  if (box === undefined) return [];
  const [w, h] = [(box.width + gapX) / 2, (box.height + gapY) / 2];
  return [{ left: at.x - w, right: at.x + w, top: at.y - h, bottom: at.y + h }];
}

function overlap(a: Rectangle, b: Rectangle): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
