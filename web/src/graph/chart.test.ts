import { describe, expect, test } from 'vitest';
import { arrange } from './arrange.ts';
import type { Arranger } from './arranger.ts';
import { Chart } from './chart.ts';
import { nodeHeight, type EdgeElement, type Elements, type NodeElement } from './elements.ts';
import { surroundings } from './place.ts';

const here: Arranger = (boxes, links) => Promise.resolve(arrange(boxes, links));

const node = (id: string): NodeElement => ({ id, kind: 'service', label: id, icon: '', band: '', shape: '', width: 120, failing: false });
const edge = (source: string, target: string, more: Partial<EdgeElement> = {}): EdgeElement => ({
  id: `${source}>${target}`,
  source,
  target,
  relation: 'call',
  label: '',
  labelWidth: 90,
  labelHeight: 30,
  width: 2,
  failed: 0,
  inferred: false,
  ...more,
});

/** A picture from edges written "a>b"; extra nodes have no edge. */
function picture(edges: string[], extra: string[] = []): Elements {
  const pairs = edges.map((e) => e.split('>') as [string, string]);
  const ids = [...new Set([...pairs.flat(), ...extra])];
  return { nodes: ids.map(node), edges: pairs.map(([s, t]) => edge(s, t)) };
}

function charted(arranger: Arranger = here) {
  const log: string[] = [];
  const chart = new Chart(arranger, {
    changed: () => log.push('changed'),
    arranging: (busy) => log.push(busy ? 'begin' : 'end'),
    failed: (m) => log.push(`failed ${m}`),
  });
  return { chart, log };
}

const settle = () => new Promise((resolve) => setTimeout(resolve));
const placesOf = (chart: Chart, p: Elements) => new Map(p.nodes.map((n) => [n.id, chart.place(n.id)]));

describe('Chart', () => {
  test('what is drawn never moves when more arrives, and nothing new lands on it', async () => {
    const { chart } = charted();
    const steps = [
      picture(['a>b']),
      picture(['a>b', 'b>c']),
      picture(['a>b', 'b>c', 'b>d', 'e>a', 'c>f']),
      picture(['a>b', 'b>c', 'b>d', 'e>a', 'c>f', 'a>g', 'b>g', 'h>i'], ['alone']),
    ];
    let before = new Map<string, unknown>();
    for (const step of steps) {
      chart.cover(step);
      await settle();
      const now = placesOf(chart, step);
      for (const [id, at] of before) expect(now.get(id), id).toEqual(at);
      before = now;
    }
    const spots = [...before.values()] as { x: number; y: number }[];
    expect(spots).toHaveLength(10);
    spots.forEach((a, i) => {
      for (const b of spots.slice(i + 1)) expect(Math.abs(a.x - b.x) >= 120 || Math.abs(a.y - b.y) >= nodeHeight).toBe(true);
    });
  });

  test('a new callee stands to the right of its caller, a new caller to the left', async () => {
    const { chart } = charted();
    chart.cover(picture(['a>b']));
    await settle();
    chart.cover(picture(['a>b', 'b>c', 'z>a']));
    await settle();
    const x = (id: string) => chart.place(id)?.x ?? NaN;
    expect([x('z') < x('a'), x('b') < x('c')]).toEqual([true, true]);
  });

  test('a node that returns finds its place', async () => {
    const { chart } = charted();
    chart.cover(picture(['a>b', 'b>c']));
    await settle();
    const at = chart.place('c');
    chart.cover(picture(['a>b']));
    chart.cover(picture(['a>b', 'b>c']));
    await settle();
    expect(chart.place('c')).toEqual(at);
  });

  test('what arrives during a layout is placed after it', async () => {
    const { chart, log } = charted();
    chart.cover(picture(['a>b']));
    chart.cover(picture(['a>b', 'b>c']));
    await settle();
    expect(chart.place('c')).toBeDefined();
    expect(log).toEqual(['begin', 'end', 'changed', 'begin', 'end', 'changed']);
  });

  test('a new arrangement forgets what the user moved', async () => {
    const { chart } = charted();
    const p = picture(['a>b']);
    chart.cover(p);
    await settle();
    const e = edge('a', 'b');
    expect(chart.course(e)?.forward).toBe(true);
    chart.move('b', { x: 999, y: 999 });
    expect([chart.place('b'), chart.course(e)]).toEqual([{ x: 999, y: 999 }, undefined]);
    let done = false;
    chart.rearrange(() => {
      done = true;
    });
    await settle();
    expect(done).toBe(true);
    expect(chart.place('b')).not.toEqual({ x: 999, y: 999 });
    expect(chart.course(e)?.forward).toBe(true);
  });

  test('when the layout fails the nodes stand in rows and it is said', async () => {
    const { chart, log } = charted(() => Promise.reject(new Error('no worker')));
    chart.cover(picture(['a>b', 'b>c']));
    await settle();
    expect(log).toEqual(['begin', 'failed no worker', 'end', 'changed']);
    expect(new Set(['a', 'b', 'c'].map((id) => JSON.stringify(chart.place(id)))).size).toBe(3);
  });

  test('parallel edges that were in no layout run straight', async () => {
    const { chart } = charted();
    chart.cover(picture(['a>b']));
    await settle();
    const two = [edge('a', 'b', { id: 'x' }), edge('b', 'a', { id: 'y' })];
    chart.cover({ nodes: picture(['a>b']).nodes, edges: two });
    expect(two.map((e) => chart.course(e))).toEqual([undefined, undefined]);
  });
});

test('telemetry decides a place only where nothing else does', () => {
  const box = (id: string) => ({ id, width: 1, height: 1 });
  const link = (source: string, target: string, telemetry: boolean) => ({ id: source + target, source, target, telemetry, width: 0, height: 0 });
  const links = [link('old', 'new', false), link('new', 'collector', true), link('lone', 'collector', true)];
  const part = surroundings(['old', 'new', 'lone', 'collector', 'far'].map(box), links, (id) => id === 'new' || id === 'lone');
  expect(part.links.map((l) => l.id)).toEqual(['oldnew', 'lonecollector']);
  expect(part.boxes.map((b) => b.id)).toEqual(['old', 'new', 'lone', 'collector']);
});
