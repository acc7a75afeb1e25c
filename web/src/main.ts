// Wires the parts: supply → state → views, and the user's actions back to the state.

import './app.css';
import { browser } from './api/browser.ts';
import { follow } from './api/stream.ts';
import { workerArranger } from './graph/arranger.ts';
import { elements } from './graph/elements.ts';
import { emphasisOf } from './graph/emphasis.ts';
import { labelMeasure, readTheme } from './graph/theme.ts';
import { createGraphView } from './graph/view.ts';
import { matches, type Selection, type State } from './state/state.ts';
import { createStore } from './state/store.ts';
import { boundaryList } from './views/boundaries.ts';
import { detail } from './views/detail.ts';
import { asOf, chip, counts, found } from './views/header.ts';
import { legend } from './views/legend.ts';
import { banner, emptyCard } from './views/notice.ts';
import { patch } from './views/page.ts';
import { edgeTable, nodeTable } from './views/tables.ts';

const byId = (id: string): HTMLElement => {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`index.html has no #${id}`);
  return element;
};

const query = byId('query') as HTMLInputElement;
const dark = matchMedia('(prefers-color-scheme: dark)');

let theme = readTheme();
let measure = labelMeasure(theme);
let arranging = false;
let arrangeFailure: string | undefined;
/** What had the focus when the details opened; it gets it back. */
let opener: HTMLElement | undefined;

const store = createStore(show);
const graph = createGraphView(byId('graph'), theme, workerArranger(), {
  nodePicked: (id) => pick({ kind: 'node', id }),
  edgePicked: (id) => pick({ kind: 'edge', id }),
  nothingPicked: () => store.dispatch({ type: 'deselect' }),
  arranging(busy) {
    arranging = busy;
    if (busy) arrangeFailure = undefined;
    showBanner(store.state());
  },
  failed(message) {
    arrangeFailure = message;
    showBanner(store.state());
  },
});

function show(state: State): void {
  const t = state.topology;
  patch(byId('counts'), counts(state));
  patch(byId('as-of'), asOf(state));
  patch(byId('found'), found(state));
  patch(byId('boundaries'), boundaryList(state));
  patch(byId('legend'), legend(state));
  patch(byId('detail-body'), detail(state));
  patch(byId('edge-table'), edgeTable(state));
  patch(byId('node-table'), nodeTable(state));
  patch(byId('empty'), emptyCard(state));
  byId('detail').hidden = state.selection === undefined;
  byId('empty').hidden = byId('empty').childElementCount === 0;
  showChip(state);
  showBanner(state);
  if (t !== undefined) graph.show(elements(t, state.selfCalls, measure));
  graph.emphasize(emphasisOf(state));
}

function showChip(state: State): void {
  const { look, words } = chip(state);
  const element = byId('chip');
  if (element.className !== look) element.className = look;
  patch(element, [words]);
}

function showBanner(state: State): void {
  const lines = banner(state, arranging, arrangeFailure);
  patch(byId('banner'), lines);
  byId('banner').hidden = lines.length === 0;
}

function select(selection: Selection): void {
  store.dispatch({ type: 'select', selection });
}

/** Selects from the picture: the details come into view, the focus stays. */
function pick(selection: Selection): void {
  byId('side').scrollTop = 0;
  select(selection);
}

/** Selects by a button: the focus goes to the details, and returns when they are closed. */
function open(selection: Selection, button: HTMLElement): void {
  const details = byId('detail');
  if (!details.contains(button)) opener = button;
  select(selection);
  details.hidden = false;
  details.focus();
}

function close(): void {
  store.dispatch({ type: 'deselect' });
  opener?.focus();
  opener = undefined;
}

document.addEventListener('click', (e) => {
  const button = e.target instanceof Element ? e.target.closest<HTMLElement>('[data-action]') : null;
  if (button === null) return;
  const { action, kind, id } = button.dataset;
  if (action === 'self-calls') store.dispatch({ type: 'selfCalls', shown: !store.state().selfCalls });
  if (action !== 'select' || id === undefined) return;
  if (kind !== 'node' && kind !== 'edge' && kind !== 'boundary') return;
  open({ kind, id }, button);
});

document.addEventListener('keydown', (e) => {
  if (e.key === 'Escape' && store.state().selection !== undefined) close();
});

byId('search').addEventListener('submit', (e) => {
  e.preventDefault();
  const [first] = matches(store.state());
  if (first === undefined) return;
  select({ kind: 'node', id: first });
  graph.focus(first);
});
query.addEventListener('input', () => store.dispatch({ type: 'search', query: query.value }));

byId('close').addEventListener('click', close);
byId('fit').addEventListener('click', () => graph.fit());
byId('arrange').addEventListener('click', () => graph.arrange());
byId('zoom-in').addEventListener('click', () => graph.zoom(1.3));
byId('zoom-out').addEventListener('click', () => graph.zoom(1 / 1.3));

dark.addEventListener('change', () => {
  theme = readTheme();
  measure = labelMeasure(theme);
  graph.restyle(theme);
});

follow(browser, {
  topology: (topology) => store.dispatch({ type: 'received', topology }),
  problem: (message) => store.dispatch({ type: 'problem', message }),
  phase: (phase) => store.dispatch({ type: 'phase', phase, at: Date.now() }),
});
show(store.state());
