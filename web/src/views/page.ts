// Brings the children of a page element to a tree, changing only what differs: focus,
// scroll position and selected text survive an update every second. Text reaches the
// page as text nodes only.

import type { Tree } from './tree.ts';

const svgNamespace = 'http://www.w3.org/2000/svg';
const svgTags = new Set(['svg', 'line', 'path']);
const keys = new WeakMap<Node, string>();

export function patch(parent: Element, trees: Tree[]): void {
  const byKey = new Map<string, ChildNode>();
  for (const child of parent.childNodes) {
    const key = keys.get(child);
    if (key !== undefined) byKey.set(key, child);
  }
  let cursor: ChildNode | null = parent.firstChild;
  for (const tree of trees) {
    const key = typeof tree === 'string' ? undefined : tree.key;
    const candidate = key === undefined ? cursor : byKey.get(key);
    if (candidate != null && keys.get(candidate) === key && fits(candidate, tree)) {
      if (candidate === cursor) cursor = cursor.nextSibling;
      else parent.insertBefore(candidate, cursor);
      change(candidate, tree);
    } else {
      parent.insertBefore(create(tree), cursor);
    }
  }
  while (cursor !== null) {
    const next: ChildNode | null = cursor.nextSibling;
    cursor.remove();
    cursor = next;
  }
}

function fits(node: ChildNode, tree: Tree): boolean {
  if (typeof tree === 'string') return node.nodeType === Node.TEXT_NODE;
  return node instanceof Element && node.localName === tree.tag;
}

function change(node: ChildNode, tree: Tree): void {
  if (typeof tree === 'string') {
    if (node.nodeValue !== tree) node.nodeValue = tree;
    return;
  }
  const element = node as Element;
  const wanted = Object.entries(tree.attributes);
  for (const { name } of [...element.attributes]) {
    if (!(name in tree.attributes)) element.removeAttribute(name);
  }
  for (const [name, value] of wanted) {
    if (value !== undefined && element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
  patch(element, tree.children);
}

function create(tree: Tree): ChildNode {
  if (typeof tree === 'string') return document.createTextNode(tree);
  const element = svgTags.has(tree.tag)
    ? document.createElementNS(svgNamespace, tree.tag)
    : document.createElement(tree.tag);
  for (const [name, value] of Object.entries(tree.attributes)) {
    if (value !== undefined) element.setAttribute(name, value);
  }
  if (tree.key !== undefined) keys.set(element, tree.key);
  for (const child of tree.children) element.append(create(child));
  return element;
}
