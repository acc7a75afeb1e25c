// The picture on the screen: brings cytoscape's canvas to the wanted elements, at the
// places the chart knows, touching only what differs.

import cytoscape, { type ElementDefinition } from 'cytoscape';
import type { Arranger } from './arranger.ts';
import { Camera } from './camera.ts';
import { Chart } from './chart.ts';
import { difference } from './difference.ts';
import type { EdgeElement, Elements, NodeElement } from './elements.ts';
import { sameEmphasis, type Emphasis } from './emphasis.ts';
import { stylesheet } from './style.ts';
import type { Theme } from './theme.ts';

export interface Events {
  nodePicked(id: string): void;
  edgePicked(id: string): void;
  nothingPicked(): void;
  arranging(busy: boolean): void;
  failed(message: string): void;
}

export interface GraphView {
  show(wanted: Elements): void;
  emphasize(what: Emphasis): void;
  /** Brings a node to the middle of the picture. */
  focus(id: string): void;
  fit(): void;
  zoom(factor: number): void;
  arrange(): void;
  restyle(theme: Theme): void;
}

// Nodes and edges share one id space in cytoscape but not in the topology.
const nodeKey = (id: string) => `n:${id}`;
const edgeKey = (id: string) => `e:${id}`;

export function createGraphView(container: HTMLElement, theme: Theme, arranger: Arranger, events: Events): GraphView {
  const cy = cytoscape({ container, style: stylesheet(theme), minZoom: 0.02, maxZoom: 3, autounselectify: true });
  const camera = new Camera(cy);
  const chart = new Chart(arranger, { changed: draw, arranging: events.arranging, failed: events.failed });

  let wanted: Elements = { nodes: [], edges: [] };
  let emphasis: Emphasis | undefined;
  const nodes = new Map<string, NodeElement>();
  const edges = new Map<string, EdgeElement>();

  cy.on('tap', 'node', (e) => events.nodePicked(e.target.data('ref')));
  cy.on('tap', 'edge', (e) => events.edgePicked(e.target.data('ref')));
  cy.on('tap', (e) => {
    if (e.target === cy) events.nothingPicked();
  });
  cy.on('drag', 'node', (e) => {
    chart.move(e.target.data('ref'), e.target.position());
    e.target.connectedEdges().data({ course: undefined });
  });
  cy.on('mouseover', 'node, edge', () => container.classList.add('pointing'));
  cy.on('mouseout', 'node, edge', () => container.classList.remove('pointing'));
  new ResizeObserver(() => {
    cy.resize();
    camera.keep(false);
  }).observe(container);

  function draw(): void {
    const before = nodes.size;
    const fresh: ElementDefinition[] = [];
    const edgeChanges = difference(edges, wanted.edges);
    const nodeChanges = difference(nodes, wanted.nodes);
    cy.batch(() => {
      for (const id of edgeChanges.removed) {
        cy.getElementById(edgeKey(id)).remove();
        edges.delete(id);
      }
      for (const id of nodeChanges.removed) {
        cy.getElementById(nodeKey(id)).remove();
        nodes.delete(id);
      }
      for (const n of nodeChanges.changed) {
        cy.getElementById(nodeKey(n.id)).data(nodeData(n));
        nodes.set(n.id, n);
      }
      for (const e of edgeChanges.changed) {
        cy.getElementById(edgeKey(e.id)).data(edgeData(e));
        edges.set(e.id, e);
      }
      for (const n of nodeChanges.added) {
        const at = chart.place(n.id);
        if (at === undefined) continue;
        fresh.push({ group: 'nodes', data: nodeData(n), position: { ...at } });
        nodes.set(n.id, n);
      }
      for (const e of edgeChanges.added) {
        if (!nodes.has(e.source) || !nodes.has(e.target)) continue;
        fresh.push({ group: 'edges', data: edgeData(e) });
        edges.set(e.id, e);
      }
      cy.add(fresh);
    });
    if (fresh.length > 0) paintEmphasis();
    if (nodes.size > before) camera.keep(before > 0);
  }

  function nodeData(n: NodeElement) {
    return { ...n, id: nodeKey(n.id), ref: n.id };
  }

  function edgeData(e: EdgeElement) {
    return {
      ...e,
      id: edgeKey(e.id),
      ref: e.id,
      source: nodeKey(e.source),
      target: nodeKey(e.target),
      // Cytoscape merges data: what may go away is named, so that undefined replaces it.
      fade: e.fade,
      course: chart.course(e),
    };
  }

  function paintEmphasis(): void {
    cy.batch(() => {
      cy.elements().removeClass('faded selected');
      if (emphasis === undefined || emphasis.nodes.size + emphasis.edges.size === 0) return;
      const { nodes: ids, edges: edgeIds, neighbours } = emphasis;
      const chosen = cy.nodes().filter((n) => ids.has(n.data('ref')));
      const lines = cy.edges().filter((e) => edgeIds.has(e.data('ref')));
      chosen.union(lines).addClass('selected');
      const bright = (neighbours ? chosen.closedNeighborhood() : chosen).union(lines).union(lines.connectedNodes());
      cy.elements().difference(bright).addClass('faded');
    });
  }

  return {
    show(next) {
      wanted = next;
      chart.cover(next);
      draw();
    },
    emphasize(what) {
      if (emphasis !== undefined && sameEmphasis(what, emphasis)) return;
      emphasis = what;
      paintEmphasis();
    },
    focus(id) {
      const node = cy.getElementById(nodeKey(id));
      if (node.nonempty()) camera.focus(node);
    },
    fit: () => camera.fit(),
    zoom: (factor) => camera.zoom(factor),
    arrange() {
      chart.rearrange(() => {
        cy.batch(() => {
          cy.nodes().positions((n) => chart.place(n.data('ref')) ?? n.position());
          for (const e of edges.values()) cy.getElementById(edgeKey(e.id)).data(edgeData(e));
        });
        camera.fit();
      });
    },
    restyle(next) {
      cy.style(stylesheet(next));
    },
  };
}
