import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LineLimiter } from './line-limiter.js';

test('passes a line per interval and counts the rest', () => {
  const written: string[] = [];
  let now = 0;
  const lines = new LineLimiter((line) => written.push(line), 1000, () => now);
  for (const [at, line] of [
    [0, 'a'],
    [1, 'b'],
    [999, 'c'],
    [1000, 'd'],
    [1500, 'e'],
    [2600, 'f'],
    [3600, 'g'],
  ] as const) {
    now = at;
    lines.print(line);
  }
  assert.deepEqual(written, ['a', 'd (and 2 more)', 'f (and 1 more)', 'g']);
});
