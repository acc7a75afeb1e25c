// Colour arithmetic for lines: a fill that works as a band may be too pale or too
// dark for a two-pixel line on the same ground.

/** Mixes two #rrggbb colours; share is how much of b, 0 to 1. */
export function mix(a: string, b: string, share: number): string {
  const [from, to] = [channels(a), channels(b)];
  return '#' + from.map((c, i) => hex(c + ((to[i] ?? c) - c) * share)).join('');
}

function channels(color: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
}

function hex(channel: number): string {
  return Math.round(channel).toString(16).padStart(2, '0');
}
