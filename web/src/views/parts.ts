// Small pieces that several views share.

import type { Selection } from '../state/state.ts';
import type { TopologyNode } from '../api/topology.ts';
import { kind } from '../words/kinds.ts';
import { language } from '../words/languages.ts';
import { label, visible } from '../words/names.ts';
import { transport } from '../words/transports.ts';
import { h, type Element, type Tree } from './tree.ts';

const iconWidth = '88';
const iconHeight = '24';
/** Characters of a transport or an unknown language in a list; the panel has the full word. */
const maxWord = 24;

/** The language as its icon; a language without an icon as its name. */
export function languageTag(id: string | undefined): Element {
  const shown = language(id);
  if (shown.icon === 'icons/other.svg') return h('span', { class: 'tag', dir: 'auto' }, label(shown.word, maxWord));
  return icon(shown.icon, id === undefined ? 'language unknown' : shown.word);
}

/** One end of an edge: its language, or what it is if it has none. */
export function endTag(languageId: string | undefined, node: TopologyNode | undefined): Element {
  return languageId === undefined && node !== undefined ? nodeTag(node) : languageTag(languageId);
}

/** What a node is: its language for a service, else its kind. */
export function nodeTag(node: TopologyNode): Element {
  return node.kind === 'service' ? languageTag(node.language) : icon(kind(node.kind).icon, kind(node.kind).word);
}

export function icon(src: string, alt: string): Element {
  return h('img', { class: 'icon', src, alt, width: iconWidth, height: iconHeight });
}

/** A transport in a list. */
export function transportWord(id: string): string {
  return label(transport(id), maxWord);
}

/** A name from telemetry. */
export function name(text: string): Element {
  return h('span', { class: 'name', dir: 'auto' }, visible(text));
}

/** A figure, or a visible word for its absence. */
export function figure<V>(value: V | undefined, format: (value: V) => string): Element {
  if (value === undefined) return h('span', { class: 'unknown' }, 'unknown');
  return h('span', { class: 'figure' }, format(value));
}

/** A button that selects a part of the picture. */
export function selector(to: Selection, current: Selection | undefined, ...children: Tree[]): Element {
  const isCurrent = current?.kind === to.kind && current.id === to.id;
  return h(
    'button',
    {
      type: 'button',
      class: 'selector',
      'data-action': 'select',
      'data-kind': to.kind,
      'data-id': to.id,
      ...(isCurrent && { 'aria-current': 'true' }),
    },
    ...children,
  );
}

export function arrow(): Element {
  return h('span', { class: 'arrow' }, h('span', { class: 'spoken' }, ' to '), h('span', { 'aria-hidden': 'true' }, '\u2192'));
}
