// The short answer of the page: which languages talk over which transport.

import { boundaries } from '../state/model.ts';
import type { State } from '../state/state.ts';
import { count, rate } from '../words/figures.ts';
import { arrow, figure, languageTag, selector, transportWord } from './parts.ts';
import { h, keyed, type Tree } from './tree.ts';

const maxListed = 12;

export function boundaryList(state: State): Tree[] {
  const all = state.topology === undefined ? [] : boundaries(state.topology);
  if (all.length === 0) {
    return [h('p', { class: 'hint' }, 'Calls and messages from one language to another are listed here.')];
  }
  const busiest = new Set([...all].sort((a, b) => (b.rate ?? -1) - (a.rate ?? -1)).slice(0, maxListed));
  const rows = all.filter((b) => busiest.has(b)).map((b) =>
    keyed(
      b.key,
      h('li', {}, selector(
        { kind: 'boundary', id: b.key },
        state.selection,
        h('span', { class: 'pair' }, languageTag(b.client), arrow(), languageTag(b.server)),
        h('span', { class: 'transport', dir: 'auto' }, transportWord(b.transport)),
        h('span', { class: 'aside' }, figure(b.rate, rate)),
      )),
    ),
  );
  return [
    h('ul', { class: 'list' }, ...rows),
    ...(all.length > maxListed ? [h('p', { class: 'hint' }, `and ${count(all.length - maxListed)} more, see the table`)] : []),
  ];
}
