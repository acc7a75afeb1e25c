// Colours and fonts of the picture, read from the custom properties of app.css, so
// that page and picture have one source and follow the light or dark preference.

export interface Theme {
  font: string;
  surface: string;
  text: string;
  muted: string;
  border: string;
  edge: string;
  error: string;
  accent: string;
}

export function readTheme(): Theme {
  const css = getComputedStyle(document.documentElement);
  const color = (name: string) => css.getPropertyValue(`--${name}`).trim();
  return {
    font: getComputedStyle(document.body).fontFamily,
    surface: color('surface'),
    text: color('text'),
    muted: color('muted'),
    border: color('node-border'),
    edge: color('edge'),
    error: color('error'),
    accent: color('accent'),
  };
}

export const labelSize = 12.5;

/** Measures text as the labels of nodes and edges are drawn. */
export function labelMeasure(theme: Theme): (text: string) => number {
  const context = document.createElement('canvas').getContext('2d');
  if (context === null) return (text) => text.length * labelSize * 0.6;
  context.font = `600 ${labelSize}px ${theme.font}`;
  return (text) => context.measureText(text).width;
}
