// What the picture says when there is little or nothing to draw.

import type { Topology } from '../api/topology.ts';
import type { State } from '../state/state.ts';
import { count, counted } from '../words/figures.ts';
import { h, type Tree } from './tree.ts';

/** Below this a layout takes less time than reading the note. */
const slowToArrange = 60;

/** The card in the middle of an empty picture; none as soon as there is a node. */
export function emptyCard(state: State): Tree[] {
  const t = state.topology;
  if (t === undefined) {
    if (state.problem === undefined) return [h('p', { class: 'loading' }, 'Loading the topology\u2026')];
    return [
      h('h2', {}, 'No topology yet'),
      h('p', {}, `The collector could not be asked: ${state.problem}.`),
      h('p', {}, 'The page keeps trying and draws the map as soon as it answers.'),
    ];
  }
  if (t.nodes.length > 0) return [];
  return [
    h('h2', {}, 'No spans yet'),
    h('p', {}, 'Send OTLP to the collector that serves this page. With its default receiver:'),
    h(
      'dl',
      { class: 'endpoints' },
      h('div', {}, h('dt', {}, 'gRPC'), h('dd', {}, h('code', {}, '127.0.0.1:4317'))),
      h('div', {}, h('dt', {}, 'HTTP'), h('dd', {}, h('code', {}, '127.0.0.1:4318'))),
    ),
    h('p', {}, 'Most SDKs need one variable:'),
    h('pre', {}, h('code', {}, 'OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318')),
    h('p', {}, 'The map fills by itself once two services exchange a call or a message.'),
  ];
}

/** Lines over the picture. */
export function banner(state: State, arranging: boolean, arrangeFailure: string | undefined): Tree[] {
  const t = state.topology;
  if (t === undefined) return [];
  const nodes = counted(t.nodes.length, 'node', 'nodes');
  const lines = [
    state.problem !== undefined && `The last answer could not be used: ${state.problem}. The picture is the one before.`,
    t.nodes.length > 0 &&
      t.edges.length === 0 &&
      `${nodes} seen, but no call between two of them yet. The map fills once they exchange one.`,
    cutNote(t),
    arranging && t.nodes.length >= slowToArrange && `Arranging ${nodes}\u2026`,
    arrangeFailure !== undefined && `The map could not be arranged (${arrangeFailure}); its nodes stand in rows.`,
  ];
  return lines.filter((l) => l !== false && l !== undefined).map((l) => h('p', {}, l));
}

/** What the picture does not show, or undefined when it shows everything. */
function cutNote(t: Topology): string | undefined {
  const parts: string[] = [];
  if (t.cut.nodes > 0) parts.push(leftOut(t.cut.nodes, t.nodes.length, 'nodes'));
  if (t.cut.edges > 0) parts.push(leftOut(t.cut.edges, t.edges.length, 'edges'));
  if (t.cut.dangling > 0) parts.push(`${counted(t.cut.dangling, 'edge names', 'edges name')} a node that is not in the document`);
  return parts.length === 0 ? undefined : `Not everything is shown: ${parts.join('; ')}.`;
}

function leftOut(cut: number, kept: number, what: string): string {
  return `${count(cut)} of ${count(cut + kept)} ${what} are left out`;
}
