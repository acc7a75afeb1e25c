// The looks of the picture. What differs from element to element comes from its data
// (see elements.ts); what says something is explained in views/legend.ts.

import type { EdgeSingular, StylesheetJson } from 'cytoscape';
import { mix } from './color.ts';
import type { EdgeElement } from './elements.ts';
import { nodeHeight } from './elements.ts';
import { labelSize, type Theme } from './theme.ts';

/** Height of the coloured band of a node, as a share of the node. */
const band = 50;
const iconWidth = 88;
const iconHeight = 24;
/** Labels smaller than this on the screen are not drawn. */
const minLabelSize = 5;
/** A failing edge shows at least this much red, or it would not be seen. */
const minFailedShare = 0.08;

export function stylesheet(theme: Theme): StylesheetJson {
  return [
    {
      selector: 'node',
      style: {
        shape: 'data(shape)' as 'round-rectangle',
        width: 'data(width)',
        height: nodeHeight,
        'corner-radius': '8px',
        'background-fill': 'linear-gradient',
        'background-gradient-direction': 'to-bottom',
        'background-gradient-stop-colors': (n) => [n.data('band'), n.data('band'), theme.surface, theme.surface],
        'background-gradient-stop-positions': [0, band, band, 100],
        'background-image': 'data(icon)',
        'background-image-containment': 'over',
        'background-clip': 'none',
        'background-width': iconWidth,
        'background-height': iconHeight,
        'background-position-x': '50%',
        'background-position-y': 4,
        'border-width': 1.5,
        'border-color': theme.border,
        label: 'data(label)',
        color: theme.text,
        'font-family': theme.font,
        'font-size': labelSize,
        'font-weight': 600,
        'min-zoomed-font-size': minLabelSize,
        'text-valign': 'center',
        'text-halign': 'center',
        'text-margin-y': nodeHeight / 4,
      },
    },
    {
      selector: 'node[kind != "service"]',
      style: { 'background-fill': 'solid', 'background-color': 'data(band)', color: '#ffffff' },
    },
    { selector: 'node[kind = "external"]', style: { 'border-style': 'dashed', 'border-width': 2 } },
    { selector: 'node[?failing]', style: { 'border-color': theme.error, 'border-width': 3 } },
    {
      selector: 'edge',
      style: {
        'curve-style': 'bezier',
        // Parallel edges are apart by half of this: by more than a label of two lines.
        'control-point-step-size': 108,
        width: 'data(width)',
        'line-color': theme.edge,
        'target-arrow-shape': 'triangle',
        'target-arrow-color': theme.edge,
        'arrow-scale': 1.1,
        label: 'data(label)',
        'text-wrap': 'wrap',
        'text-max-width': '400px',
        'line-height': 1.2,
        color: theme.text,
        'font-family': theme.font,
        'font-size': labelSize,
        'font-weight': 600,
        'min-zoomed-font-size': minLabelSize,
        'text-background-color': theme.surface,
        'text-background-opacity': 1,
        'text-background-shape': 'roundrectangle',
        'text-background-padding': '4px',
        'text-border-color': theme.border,
        'text-border-width': 1,
        'text-border-opacity': 0.6,
      },
    },
    { selector: 'edge[?course]', style: course },
    { selector: 'edge[relation = "message"]', style: { 'line-style': 'dashed', 'line-dash-pattern': [10, 6] } },
    {
      selector: 'edge[relation = "telemetry"]',
      style: { 'line-style': 'dashed', 'line-dash-pattern': [1, 7], 'line-cap': 'round' },
    },
    {
      selector: 'edge[?fade], edge[failed > 0]',
      style: {
        'line-fill': 'linear-gradient',
        'line-gradient-stop-colors': (e) => stops(e, theme).map((s) => s.color),
        'line-gradient-stop-positions': (e) => stops(e, theme).map((s) => s.at),
        'target-arrow-color': (e) => stops(e, theme).at(-1)?.color ?? theme.edge,
      },
    },
    { selector: 'edge[?inferred]', style: { 'line-opacity': 0.55 } },
    { selector: '.faded', style: { opacity: 0.16 } },
    {
      selector: 'node.selected',
      style: { 'outline-width': 3, 'outline-color': theme.accent, 'outline-offset': 3, 'z-index': 10 },
    },
    {
      selector: 'edge.selected',
      style: {
        'underlay-color': theme.accent,
        'underlay-opacity': 0.28,
        'underlay-padding': 6,
        'text-border-color': theme.accent,
        'text-border-width': 2,
        'text-border-opacity': 1,
        'z-index': 10,
      },
    },
  ];
}

const course = {
  'curve-style': 'unbundled-bezier',
  'control-point-weights': (e: EdgeSingular) => e.data('course').weights as number[],
  'control-point-distances': (e: EdgeSingular) => e.data('course').distances as number[],
  'source-endpoint': (e: EdgeSingular) => (e.data('course').forward ? '50% 0%' : '-50% 0%'),
  'target-endpoint': (e: EdgeSingular) => (e.data('course').forward ? '-50% 0%' : '50% 0%'),
  // Cytoscape knows this value, its types do not.
  'edge-distances': 'endpoints' as 'node-position',
} as const;

interface Stop {
  color: string;
  /** Per cent of the way from source to target. */
  at: number;
}

/** From the caller's colour to the callee's, and red for the share that failed. */
function stops(e: EdgeSingular, theme: Theme): Stop[] {
  const { fade, failed } = e.data() as EdgeElement;
  const line = (color: string) => mix(color, theme.text, 0.22);
  const from = fade === undefined ? theme.edge : line(fade.from);
  const to = fade === undefined ? theme.edge : line(fade.to);
  if (failed <= 0) return [{ color: from, at: 0 }, { color: to, at: 100 }];
  const good = 100 * (1 - Math.max(failed, minFailedShare));
  return [
    { color: from, at: 0 },
    { color: to, at: good },
    { color: theme.error, at: good },
    { color: theme.error, at: 100 },
  ];
}
