// Runs arrange.ts off the page's thread: a layout of hundreds of nodes takes seconds.

import { arrange, type Box, type Link } from './arrange.ts';

interface Scope {
  onmessage: ((e: MessageEvent<{ boxes: Box[]; links: Link[] }>) => void) | null;
  postMessage(value: unknown): void;
}

const scope = self as unknown as Scope;

scope.onmessage = ({ data }) => scope.postMessage(arrange(data.boxes, data.links));
