// The bar on top: what is on the screen in numbers, and whether it is current.

import { summary } from '../state/model.ts';
import { matches, type State } from '../state/state.ts';
import { clock, counted, span } from '../words/figures.ts';
import { kind } from '../words/kinds.ts';
import { h, type Tree } from './tree.ts';

export function counts(state: State): Tree[] {
  if (state.topology === undefined || state.topology.nodes.length === 0) return [];
  const shown = summary(state.topology);
  const parts = [...shown.kinds]
    .filter(([k]) => k === 'service' || k === 'database' || k === 'messaging')
    .map(([k, n]) => counted(n, kind(k).word, kind(k).plural));
  parts.push(counted(shown.languages.length, 'language', 'languages'));
  parts.push(counted(shown.transports.length, 'transport', 'transports'));
  return parts.map((p) => h('span', { class: 'count' }, p));
}

export function asOf(state: State): Tree[] {
  const t = state.topology;
  const at = t?.asOf === undefined ? undefined : clock(t.asOf);
  if (t === undefined || at === undefined) return [];
  return [`as of ${at}` + (t.windowSeconds === undefined ? '' : `, last ${span(t.windowSeconds)}`)];
}

/** How many nodes the search finds. */
export function found(state: State): Tree[] {
  if (state.query.trim() === '') return [];
  const n = matches(state).length;
  return [n === 0 ? 'no match' : counted(n, 'match', 'matches')];
}

export interface Chip {
  /** CSS class: shape and colour of the mark. */
  look: 'connecting' | 'live' | 'reconnecting' | 'stale';
  words: string;
}

export function chip(state: State): Chip {
  switch (state.phase) {
    case 'connecting':
      return { look: 'connecting', words: 'Connecting' };
    case 'live':
      return { look: 'live', words: 'Live' };
    case 'reconnecting':
      return { look: 'reconnecting', words: 'Reconnecting' };
    case 'stale': {
      const since = state.lostAt === undefined ? undefined : clock(state.lostAt);
      return { look: 'stale', words: since === undefined ? 'Stale' : `Stale since ${since}` };
    }
  }
}
