// Names come from telemetry, so from anyone who can send a span. They are only ever
// shown as text; this file keeps them from misleading: characters that are invisible
// or that turn the reading direction are made visible, and labels are cut.

// Control characters, zero-width characters, direction marks and overrides, line
// separators, the byte order mark and unpaired surrogates.
const misleading =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Cs}/gu;

// Letters with more marks stacked on them than any script needs would paint over
// their neighbours in the picture.
const stacked = /(\p{M}{3})\p{M}+/gu;

const replacement = '\ufffd';
const ellipsis = '\u2026';

/** The full name with every misleading character replaced by U+FFFD; a blank one is said to be so. */
export function visible(name: string): string {
  return name.trim() === '' ? '(blank)' : name.replace(misleading, replacement);
}

/** At most max characters (code points) of the name, the last an ellipsis if it was cut. */
export function label(name: string, max: number): string {
  // A code point is at most two units: nothing past 2 * max + 2 can matter.
  const points = [...visible(name.slice(0, 2 * max + 2)).replace(stacked, '$1')];
  if (points.length <= max) return points.join('');
  return points.slice(0, max - 1).join('').trimEnd() + ellipsis;
}
