// Kinds of nodes as the page shows them: a word, an outline, and for all but
// services (which show their language instead) an icon.

import type { NodeKind } from '../api/topology.ts';

export interface Kind {
  word: string;
  plural: string;
  /** Node shape of cytoscape. */
  shape: 'round-rectangle' | 'barrel' | 'hexagon' | 'cut-rectangle' | 'ellipse';
  icon: string;
}

const kinds: Record<NodeKind, Kind> = {
  service: {
    word: 'service',
    plural: 'services',
    shape: 'round-rectangle',
    icon: 'icons/unknown.svg',
  },
  database: {
    word: 'database',
    plural: 'databases',
    shape: 'barrel',
    icon: 'icons/database.svg',
  },
  messaging: {
    word: 'messaging',
    plural: 'messaging systems',
    shape: 'hexagon',
    icon: 'icons/messaging.svg',
  },
  external: {
    word: 'external',
    plural: 'external peers',
    shape: 'cut-rectangle',
    icon: 'icons/external.svg',
  },
  user: { word: 'user', plural: 'users', shape: 'ellipse', icon: 'icons/user.svg' },
};

/** Fill of the band of everything that is not a service. */
export const kindColor = '#4a5563';

export function kind(k: NodeKind): Kind {
  return kinds[k];
}
