// The whole state of the page and the one function that changes it.

import type { Phase } from '../api/stream.ts';
import type { Topology } from '../api/topology.ts';
import { boundaries, nameOf, sharedNames } from './model.ts';

export type Selection =
  | { kind: 'node'; id: string }
  | { kind: 'edge'; id: string }
  /** Every edge of one language pair over one transport; id is Boundary.key. */
  | { kind: 'boundary'; id: string };

export interface State {
  topology?: Topology;
  phase: Phase | 'connecting';
  /** When the line was lost, ms since the epoch; absent while it is not. */
  lostAt?: number;
  /** Why the last answer could not be used; a good one clears it. */
  problem?: string;
  selection?: Selection;
  query: string;
  /** Self-calls are left out of the picture until asked for; the table has them always. */
  selfCalls: boolean;
}

export type Action =
  | { type: 'received'; topology: Topology }
  | { type: 'problem'; message: string }
  | { type: 'phase'; phase: Phase; at: number }
  | { type: 'select'; selection: Selection }
  | { type: 'deselect' }
  | { type: 'search'; query: string }
  | { type: 'selfCalls'; shown: boolean };

export const initial: State = { phase: 'connecting', query: '', selfCalls: false };

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case 'received': {
      const { problem: _, ...rest } = state;
      return dropLostSelection({ ...rest, topology: action.topology });
    }
    case 'problem':
      return { ...state, problem: action.message };
    case 'phase': {
      const { lostAt, ...rest } = state;
      if (action.phase === 'live') return { ...rest, phase: 'live' };
      return { ...rest, phase: action.phase, lostAt: lostAt ?? action.at };
    }
    case 'select':
      return { ...state, selection: action.selection };
    case 'deselect':
      return withoutSelection(state);
    case 'search':
      return { ...state, query: action.query };
    case 'selfCalls':
      return { ...state, selfCalls: action.shown };
  }
}

/** Nodes whose name, namespace or language holds the query, in the document's order. */
export function matches(state: State): string[] {
  const query = state.query.trim().toLowerCase();
  if (query === '' || state.topology === undefined) return [];
  const shared = sharedNames(state.topology);
  return state.topology.nodes
    .filter((n) =>
      [n.id, nameOf(n, shared), n.language ?? '', ...(n.languages ?? [])].some((text) =>
        text.toLowerCase().includes(query),
      ),
    )
    .map((n) => n.id);
}

function dropLostSelection(state: State): State {
  return state.selection === undefined || exists(state, state.selection) ? state : withoutSelection(state);
}

function exists(state: State, selection: Selection): boolean {
  const t = state.topology;
  if (t === undefined) return false;
  if (selection.kind === 'node') return t.nodes.some((n) => n.id === selection.id);
  if (selection.kind === 'edge') return t.edges.some((e) => e.id === selection.id);
  return boundaries(t).some((b) => b.key === selection.id);
}

function withoutSelection(state: State): State {
  const { selection: _, ...rest } = state;
  return rest;
}
