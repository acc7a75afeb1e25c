// The legend: what is on the screen now, and nothing else.

import type { NodeKind, Relation } from '../api/topology.ts';
import { crossing, indexNodes, isSelfCall, onlyInferred, summary } from '../state/model.ts';
import type { State } from '../state/state.ts';
import { counted } from '../words/figures.ts';
import { kind } from '../words/kinds.ts';
import { relation } from '../words/transports.ts';
import { languageTag } from './parts.ts';
import { h, type Element, type Tree } from './tree.ts';

const kindOrder: readonly NodeKind[] = ['service', 'database', 'messaging', 'external', 'user'];
const relationOrder: readonly Relation[] = ['call', 'message', 'telemetry'];

/** Outlines of the node kinds in a 36 by 24 box. */
const outlines: Record<NodeKind, string> = {
  service: 'M6 2h24a4 4 0 0 1 4 4v12a4 4 0 0 1-4 4H6a4 4 0 0 1-4-4V6a4 4 0 0 1 4-4z',
  database: 'M3 5c5-3 25-3 30 0v14c-5 3-25 3-30 0z',
  messaging: 'M9 2h18l8 10-8 10H9L1 12z',
  external: 'M7 2h22l5 5v10l-5 5H7l-5-5V7z',
  user: 'M18 2c9 0 16 4.5 16 10s-7 10-16 10S2 17.5 2 12 9 2 18 2z',
};

export function legend(state: State): Tree[] {
  const t = state.topology;
  if (t === undefined || t.nodes.length === 0) return [];
  const shown = summary(t);
  const nodes = indexNodes(t);
  const selfCalls = t.edges.filter(isSelfCall).length;
  return [
    h('h2', {}, 'Legend'),
    h('div', { class: 'languages' }, ...shown.languages.map(languageTag)),
    h(
      'ul',
      { class: 'legend kinds' },
      ...kindOrder.filter((k) => shown.kinds.has(k)).map((k) => entry(shape(k), kind(k).word)),
    ),
    h(
      'ul',
      { class: 'legend' },
      ...relationOrder
        .filter((r) => shown.relations.has(r))
        .map((r) => entry(line(r), `${relation(r).word}: ${relation(r).line}`)),
      t.edges.some((e) => crossing(e, nodes) !== undefined) &&
        entry(line('crossing'), 'language boundary: from the caller\u2019s colour to the callee\u2019s'),
      t.edges.some((e) => (e.rate ?? 0) > 0) && entry(line('wide'), 'wider: more calls or messages a second'),
      t.edges.some((e) => (e.errorRatio ?? 0) > 0) &&
        entry(line('failing'), 'red end: failed calls, longer for a larger share'),
      t.nodes.some((n) => (n.errorRatio ?? 0) > 0) &&
        entry(shape('service', 'outline failing'), 'red outline: answers some calls with an error'),
      t.edges.some(onlyInferred) &&
        entry(line('inferred'), '\u201cinferred\u201d: no trace holds both ends, matched by timing'),
    ),
    ...(selfCalls > 0 ? [selfCallButton(selfCalls, state.selfCalls)] : []),
  ];
}

function selfCallButton(n: number, shown: boolean): Element {
  return h(
    'button',
    { type: 'button', class: 'toggle', 'data-action': 'self-calls', 'aria-pressed': shown ? 'true' : 'false' },
    `${shown ? 'Hide' : 'Show'} ${counted(n, 'call of a service to itself', 'calls of services to themselves')}`,
  );
}

function entry(sample: Element, words: string): Element {
  return h('li', {}, sample, h('span', {}, words));
}

function shape(k: NodeKind, look = `outline ${k}`): Element {
  return h(
    'svg',
    { class: 'sample', viewBox: '0 0 36 24', width: '36', height: '24', 'aria-hidden': 'true' },
    h('path', { class: look, d: outlines[k] }),
  );
}

function line(look: Relation | 'crossing' | 'wide' | 'failing' | 'inferred'): Element {
  const stroke = (x1: number, x2: number, css: string) =>
    h('line', { class: css, x1: String(x1), x2: String(x2), y1: '12', y2: '12' });
  const strokes: Record<typeof look, Element[]> = {
    call: [stroke(2, 34, 'line')],
    message: [stroke(2, 34, 'line message')],
    telemetry: [stroke(2, 34, 'line telemetry')],
    crossing: [stroke(2, 14, 'line from'), stroke(14, 22, 'line between'), stroke(22, 34, 'line to')],
    wide: [stroke(2, 18, 'line thin'), stroke(18, 34, 'line wide')],
    failing: [stroke(2, 24, 'line'), stroke(24, 34, 'line failing')],
    inferred: [stroke(2, 34, 'line inferred')],
  };
  return h(
    'svg',
    { class: 'sample', viewBox: '0 0 36 24', width: '36', height: '24', 'aria-hidden': 'true' },
    ...strokes[look],
  );
}
