// Knows where every node stands and which way every edge takes. What has a place keeps
// it: only new nodes are placed, unless the user asks for a new arrangement. No canvas
// here: view.ts draws what the chart says.

import type { Arrangement, Box, Link, Point, Way } from './arrange.ts';
import type { Arranger } from './arranger.ts';
import { nodeHeight, type EdgeElement, type Elements, type NodeElement } from './elements.ts';
import { detour } from './detour.ts';
import { place, surroundings } from './place.ts';
import { route, sweep, type Route } from './route.ts';

/** Places kept for nodes that left, so that one that returns finds its own. */
const maxRemembered = 4_000;
/** With more nodes than this, edges do not look for what is in their way. */
const maxDetoured = 60;

export interface ChartEvents {
  /** New places are known. */
  changed(): void;
  /** A layout began or ended. */
  arranging(busy: boolean): void;
  /** A layout failed; the nodes that it was for stand in rows. */
  failed(message: string): void;
}

export interface Course extends Route {
  /** True from left to right. */
  forward: boolean;
}

export class Chart {
  readonly #arranger: Arranger;
  readonly #events: ChartEvents;
  readonly #places = new Map<string, Point>();
  /** Nodes that the user moved: their edges run straight. */
  readonly #moved = new Set<string>();
  #ways: Arrangement['ways'] = new Map();
  #wanted: Elements = { nodes: [], edges: [] };
  #nodes = new Map<string, NodeElement>();
  /** How many edges run between two nodes, in either direction. */
  #between = new Map<string, number>();
  #busy = false;

  constructor(arranger: Arranger, events: ChartEvents) {
    this.#arranger = arranger;
    this.#events = events;
  }

  /** Sets what the chart has to cover, and places what has no place. */
  cover(wanted: Elements): void {
    this.#wanted = wanted;
    this.#nodes = new Map(wanted.nodes.map((n) => [n.id, n]));
    this.#between = new Map();
    for (const e of wanted.edges) this.#between.set(pair(e), (this.#between.get(pair(e)) ?? 0) + 1);
    this.#complete();
  }

  place(id: string): Point | undefined {
    return this.#places.get(id);
  }

  /** The user put a node somewhere. */
  move(id: string, to: Point): void {
    this.#moved.add(id);
    this.#remember(id, to);
  }

  /** Lays everything out anew; done runs when the places are known. Ignored while a layout runs. */
  rearrange(done: () => void): void {
    if (this.#busy || this.#nodes.size === 0) return;
    this.#run(this.#boxes(), this.#links(), (a) => {
      this.#moved.clear();
      this.#adopt(a);
      done();
    });
  }

  /**
   * The course of an edge between the facing sides of its nodes: the way the layout
   * found, else one sweep; undefined if it runs straight.
   */
  course(e: EdgeElement): Course | undefined {
    const [from, to] = [this.#places.get(e.source), this.#places.get(e.target)];
    const [source, target] = [this.#nodes.get(e.source), this.#nodes.get(e.target)];
    if (from === undefined || to === undefined || source === undefined || target === undefined) return undefined;
    if (this.#moved.has(e.source) || this.#moved.has(e.target)) return undefined;
    const side = Math.sign(to.x - from.x);
    const start = { x: from.x + (side * source.width) / 2, y: from.y };
    const end = { x: to.x - (side * target.width) / 2, y: to.y };
    if (side * (end.x - start.x) <= 0) return undefined;
    const way = this.#ways.get(e.id) ?? this.#ownWay(e, start, end);
    const bends = way === undefined ? undefined : route(start, end, way);
    return bends === undefined ? undefined : { ...bends, forward: side > 0 };
  }

  /** The way of an edge that was in no layout; parallel ones run straight, side by side. */
  #ownWay(e: EdgeElement, start: Point, end: Point): Way | undefined {
    if (this.#between.get(pair(e)) !== 1) return undefined;
    if (this.#nodes.size > maxDetoured) return sweep(start, end, e.labelWidth);
    const others = new Map(this.#boxes().filter((b) => b.id !== e.source && b.id !== e.target).map((b) => [b.id, b]));
    return detour(start, end, others, this.#places) ?? sweep(start, end, e.labelWidth);
  }

  #complete(): void {
    const missing = new Set(this.#wanted.nodes.filter((n) => !this.#places.has(n.id)).map((n) => n.id));
    if (missing.size === 0 || this.#busy) return;
    if (missing.size === this.#nodes.size) {
      this.#run(this.#boxes(), this.#links(), (a) => this.#adopt(a));
      return;
    }
    const boxes = this.#boxes();
    const part = surroundings(boxes, this.#links(), (id) => missing.has(id));
    this.#run(part.boxes, part.links, (a) => {
      const drawn = new Map(boxes.flatMap((b) => pairIf(b.id, this.#places.get(b.id))));
      const placed = place(a.nodes, new Map(boxes.map((b) => [b.id, b])), part.links, drawn);
      for (const [id, at] of placed) this.#remember(id, at);
    });
  }

  #run(boxes: Box[], links: Link[], done: (a: Arrangement) => void): void {
    this.#busy = true;
    this.#events.arranging(true);
    this.#arranger(boxes, links)
      .then(done)
      .catch((e: unknown) => {
        for (const [id, at] of rows(boxes)) if (!this.#places.has(id)) this.#remember(id, at);
        this.#events.failed(e instanceof Error ? e.message : String(e));
      })
      .finally(() => {
        this.#busy = false;
        this.#events.arranging(false);
        this.#events.changed();
        this.#complete();
      });
  }

  #adopt(a: Arrangement): void {
    for (const [id, at] of a.nodes) this.#remember(id, at);
    this.#ways = a.ways;
  }

  #remember(id: string, at: Point): void {
    this.#places.delete(id);
    this.#places.set(id, { x: at.x, y: at.y });
    for (const oldest of this.#places.keys()) {
      if (this.#places.size <= maxRemembered) break;
      if (!this.#nodes.has(oldest)) this.#places.delete(oldest);
    }
  }

  #boxes(): Box[] {
    return this.#wanted.nodes.map((n) => ({ id: n.id, width: n.width, height: nodeHeight }));
  }

  #links(): Link[] {
    return this.#wanted.edges.map((e) => ({
      id: e.id,
      source: e.source,
      target: e.target,
      telemetry: e.relation === 'telemetry',
      width: e.labelWidth,
      height: e.labelHeight,
    }));
  }
}

function pair(e: EdgeElement): string {
  return JSON.stringify([e.source, e.target].sort());
}

function pairIf<K, V>(key: K, value: V | undefined): [K, V][] {
  return value === undefined ? [] : [[key, value]];
}

/** Where nodes go when the layout fails: in rows that at least do not overlap. */
function rows(boxes: readonly Box[]): Map<string, Point> {
  const columns = Math.ceil(Math.sqrt(boxes.length));
  return new Map(boxes.map((b, i) => [b.id, { x: (i % columns) * 300, y: Math.floor(i / columns) * 120 }]));
}
