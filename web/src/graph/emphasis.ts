// What stands out in the picture: the selection, else what the search finds.

import { boundaries } from '../state/model.ts';
import { matches, type State } from '../state/state.ts';

export interface Emphasis {
  /** Ids of what stands out; both empty means that nothing does. */
  nodes: ReadonlySet<string>;
  edges: ReadonlySet<string>;
  /** True to keep the neighbours of the nodes bright. */
  neighbours: boolean;
}

export function emphasisOf(state: State): Emphasis {
  const { selection, topology } = state;
  if (selection?.kind === 'node') return { nodes: new Set([selection.id]), edges: new Set(), neighbours: true };
  if (selection?.kind === 'edge') return { nodes: new Set(), edges: new Set([selection.id]), neighbours: false };
  if (selection?.kind === 'boundary' && topology !== undefined) {
    const found = boundaries(topology).find((b) => b.key === selection.id);
    return { nodes: new Set(), edges: new Set(found?.edges.map((e) => e.id)), neighbours: false };
  }
  return { nodes: new Set(matches(state)), edges: new Set(), neighbours: false };
}

export function sameEmphasis(a: Emphasis, b: Emphasis): boolean {
  return a.neighbours === b.neighbours && same(a.nodes, b.nodes) && same(a.edges, b.edges);
}

function same(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((id) => b.has(id));
}
