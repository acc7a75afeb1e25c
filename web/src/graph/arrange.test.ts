import { describe, expect, test } from 'vitest';
import { decodeTopology } from '../api/decode.ts';
import { document } from '../testing/sample.ts';
import { arrange, type Box, type Link, type Point } from './arrange.ts';
import { detour } from './detour.ts';
import { elements, nodeHeight } from './elements.ts';
import { route, sweep } from './route.ts';

const box = (id: string): Box => ({ id, width: 120, height: nodeHeight });
const link = (source: string, target: string, id = `${source}>${target}`): Link => ({
  id,
  source,
  target,
  telemetry: false,
  width: 90,
  height: 44,
});

interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

function overlaps(areas: Area[]): number {
  let n = 0;
  areas.forEach((a, i) => {
    for (const b of areas.slice(i + 1)) {
      if (Math.abs(a.x - b.x) < (a.width + b.width) / 2 && Math.abs(a.y - b.y) < (a.height + b.height) / 2) n++;
    }
  });
  return n;
}

function areas(boxes: Box[], places: Map<string, Point>): Area[] {
  return boxes.map((b) => ({ ...b, ...(places.get(b.id) ?? { x: NaN, y: NaN }) }));
}

describe('arrange', () => {
  test('the sample runs from left to right, no node or label over another', () => {
    const e = elements(decodeTopology(JSON.stringify(document())), false, (text) => text.length * 7);
    const boxes = e.nodes.map((n) => ({ id: n.id, width: n.width, height: nodeHeight }));
    const links = e.edges.map((l) => ({ ...link(l.source, l.target, l.id), width: l.labelWidth, height: l.labelHeight }));
    const a = arrange(boxes, links);
    for (const l of links) expect(a.nodes.get(l.source)?.x).toBeLessThan(a.nodes.get(l.target)?.x ?? NaN);
    const labels = links.map((l) => ({ ...l, ...(a.ways.get(l.id)?.points[0] ?? { x: NaN, y: NaN }) }));
    expect(labels.every((l) => Number.isFinite(l.x))).toBe(true);
    expect(overlaps([...areas(boxes, a.nodes), ...labels])).toBe(0);
  });

  test('parallel edges get labels of their own', () => {
    const a = arrange([box('a'), box('b')], [link('a', 'b', 'one'), link('a', 'b', 'two')]);
    const [one, two] = ['one', 'two'].map((id) => a.ways.get(id)?.points[0]?.y ?? NaN);
    expect(Math.abs((one ?? NaN) - (two ?? NaN))).toBeGreaterThanOrEqual(44);
  });

  test('self-calls and cycles do no harm', () => {
    const a = arrange([box('a'), box('b')], [link('a', 'a'), link('a', 'b'), link('b', 'a')]);
    expect([...a.nodes.values()].every((p) => Number.isFinite(p.x) && Number.isFinite(p.y))).toBe(true);
    expect([...a.ways.keys()].sort()).toEqual(['a>b', 'b>a']);
  });

  test('nothing to arrange', () => expect(arrange([], []).nodes.size).toBe(0));

  test('a large picture is wider than tall, without overlap, callers to the left', () => {
    const boxes = Array.from({ length: 300 }, (_, i) => box(`n${i}`));
    const links = boxes.slice(1).map((b, i) => link(`n${Math.floor(i / 3)}`, b.id));
    const a = arrange(boxes, links);
    const [xs, ys] = [[...a.nodes.values()].map((p) => p.x), [...a.nodes.values()].map((p) => p.y)];
    const extent = (values: number[]) => Math.max(...values) - Math.min(...values);
    expect(overlaps(areas(boxes, a.nodes))).toBe(0);
    expect(extent(xs)).toBeGreaterThan(extent(ys));
    for (const l of links) expect(a.nodes.get(l.source)?.x).toBeLessThan(a.nodes.get(l.target)?.x ?? NaN);
  });
});

describe('route', () => {
  const start = { x: 0, y: 0 };
  const end = { x: 100, y: 0 };

  test('control points lie where the way turns', () => {
    const way = { points: [{ x: 50, y: 30 }], turns: [20, 80] };
    expect(route(start, end, way)).toEqual({ weights: [0.2, 0.2, 0.8, 0.8], distances: [0, 30, 30, 0] });
  });

  test('distances keep their side when the edge runs to the left', () => {
    const way = { points: [{ x: 50, y: 30 }], turns: [80, 20] };
    const back = route(end, start, way);
    expect(back?.distances.map((d) => d + 0)).toEqual([0, -30, -30, 0]);
  });

  test('no route without a distance', () => expect(route(start, start, { points: [], turns: [0] })).toBeUndefined());

  test('a sweep is level under its label', () => {
    expect(sweep(start, { x: 200, y: 80 }, 100)).toEqual({ points: [{ x: 100, y: 40 }], turns: [25, 175] });
  });
});

describe('detour', () => {
  const boxes = new Map([['m', box('m')]]);
  const from = { x: 0, y: 0 };
  const to = { x: 400, y: 0 };

  test('there is none when nothing is in the way', () => {
    expect(detour(from, to, boxes, new Map([['m', { x: 200, y: 200 }]]))).toBeUndefined();
    expect(detour(from, to, boxes, new Map([['m', { x: 500, y: 0 }]]))).toBeUndefined();
  });

  test.each([
    ['over', 10, (y: number) => y < 10 - nodeHeight / 2],
    ['under', -10, (y: number) => y > -10 + nodeHeight / 2],
  ])('it goes %s a node by the shorter side', (_, at, clear) => {
    const way = detour(from, to, boxes, new Map([['m', { x: 200, y: at }]]));
    expect(clear(way?.points[0]?.y ?? NaN)).toBe(true);
  });
});
