// Views are functions from state to a tree of plain values; page.ts brings a part of
// the page to that tree. A tree has no way to say HTML: text is text, and attributes
// are the few listed here (no style, no event handlers).

export interface Attributes {
  class?: string;
  src?: string;
  alt?: string;
  type?: 'button';
  scope?: 'col' | 'row' | 'colgroup';
  dir?: 'auto';
  width?: string;
  height?: string;
  colspan?: string;
  rowspan?: string;
  'aria-label'?: string;
  'aria-hidden'?: 'true';
  'aria-pressed'?: 'true' | 'false';
  'aria-current'?: 'true';
  /** What a click on the element does; main.ts listens once for all of them. */
  'data-action'?: 'select' | 'self-calls';
  'data-kind'?: 'node' | 'edge' | 'boundary';
  'data-id'?: string;
  viewBox?: string;
  x1?: string;
  y1?: string;
  x2?: string;
  y2?: string;
  d?: string;
}

export interface Element {
  tag: string;
  attributes: Attributes;
  children: Tree[];
  /** Identity among siblings, so that a moved row keeps focus and text selection. */
  key?: string;
}

export type Tree = Element | string;

/** An element; undefined and false children are left out. */
export function h(tag: string, attributes: Attributes, ...children: (Tree | undefined | false)[]): Element {
  return { tag, attributes, children: children.filter((c) => c !== undefined && c !== false) };
}

export function keyed(key: string, element: Element): Element {
  return { ...element, key };
}

/** All text below the trees, for tests and titles. */
export function textOf(...trees: Tree[]): string {
  return trees.map((t) => (typeof t === 'string' ? t : textOf(...t.children))).join('');
}
