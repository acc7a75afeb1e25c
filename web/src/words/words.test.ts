import { describe, expect, test } from 'vitest';
import contractTransports from '../../../contract/transport.go?raw';
import { clock, count, counted, rate, ratio, seconds, span } from './figures.ts';
import { kind } from './kinds.ts';
import { knownLanguages, language } from './languages.ts';
import { label, visible } from './names.ts';
import { transport } from './transports.ts';

const icons = import.meta.glob<string>('../../public/icons/*.svg', { query: '?raw', import: 'default', eager: true });
const iconAt = (path: string) => icons[`../../public/${path}`];

const plain = (text: string | undefined) => text?.replaceAll('\u202f', ' ');

describe('figures', () => {
  test.each([
    [0, '0/s'],
    [41.83, '41.8/s'],
    [1234.4, '1 234/s'],
    [4.02, '4.02/s'],
    [0.1, '0.1/s'],
    [0.02, '1.2/min'],
    [0.001, '3.6/h'],
  ])('rate %d', (value, text) => expect(plain(rate(value))).toBe(text));

  test.each([
    [0, '0 %'],
    [0.00001, '<0.1 %'],
    [0.0123, '1.2 %'],
    [0.5, '50 %'],
    [0.99999, '>99.9 %'],
    [1, '100 %'],
  ])('ratio %d', (value, text) => expect(plain(ratio(value))).toBe(text));

  test.each([
    [0, '0 s'],
    [2.5e-7, '250 ns'],
    [8.9e-6, '8.9 \u00b5s'],
    [0.0412, '41.2 ms'],
    [-0.0005, '\u2212500 \u00b5s'],
    [1.5, '1.5 s'],
    [300, '5 min'],
  ])('seconds %d', (value, text) => expect(plain(seconds(value))).toBe(text));

  test.each([
    [0, '0'],
    [0.2, '<1'],
    [11870, '11 870'],
    [1234567, '1 234 567'],
  ])('count %d', (value, text) => expect(plain(count(value))).toBe(text));

  test('counted says one and many', () => {
    expect([plain(counted(1, 'edge', 'edges')), plain(counted(2, 'edge', 'edges'))]).toEqual(['1 edge', '2 edges']);
  });

  test.each([
    [30, '30 s'],
    [300, '5 min'],
    [7200, '2 h'],
    [604800, '7 d'],
  ])('span %d', (value, text) => expect(plain(span(value))).toBe(text));

  test('clock of no instant is undefined', () => expect(clock('yesterday')).toBeUndefined());
});

describe('names', () => {
  test.each([
    ['a short name', 'checkout', 'checkout'],
    ['exactly the room', 'abcdefghij', 'abcdefghij'],
    ['too long', 'abcdefghijk', 'abcdefghi\u2026'],
    ['no space before the ellipsis', 'abcdefgh jkl', 'abcdefgh\u2026'],
    ['two units a character', '\u{1f680}'.repeat(11), '\u{1f680}'.repeat(9) + '\u2026'],
    ['a reversed name', 'a\u202egpj', 'a\ufffdgpj'],
    ['stacked marks', 'Z' + '\u0351'.repeat(8), 'Z' + '\u0351'.repeat(3)],
    ['blank', ' \t', '(blank)'],
  ])('label: %s', (_, name, want) => expect(label(name, 10)).toBe(want));

  test('a label of 2 kB is cut', () => expect([...label('x'.repeat(2048), 24)]).toHaveLength(24));

  test('visible keeps the full length and hides nothing', () => {
    expect(visible('a\u0000b\nc\u200bd\ufeffe\ud800f')).toBe('a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf');
    expect(visible('x'.repeat(2048))).toHaveLength(2048);
  });
});

describe('transports', () => {
  test('are those of contract/transport.go', () => {
    const ids = new Map([...contractTransports.matchAll(/(Transport\w+)\s+Transport = "(\w+)"/g)].map((m) => [m[1], m[2]]));
    const titles = [...contractTransports.matchAll(/(Transport\w+):\s+"([^"]+)"/g)];
    expect(titles.length).toBeGreaterThan(10);
    expect(titles).toHaveLength(ids.size);
    for (const [, name, title] of titles) expect(transport(ids.get(name) ?? '')).toBe(title);
  });

  test.each([
    ['db.postgresql', 'PostgreSQL'],
    ['db.somedb', 'somedb'],
    ['carrier_pigeon', 'carrier_pigeon'],
  ])('%s', (id, title) => expect(transport(id)).toBe(title));
});

describe('icons', () => {
  test.each([...knownLanguages])('%s has its word and colour in its icon', (_, { word, icon, color }) => {
    expect(iconAt(icon)).toContain(`>${word}</text>`);
    expect(iconAt(icon)).toContain(`fill="${color}"`);
  });

  test('languages differ in colour', () => {
    expect(new Set([...knownLanguages.values()].map((l) => l.color)).size).toBe(knownLanguages.size);
  });

  test('exist for everything that is no known language', () => {
    const others = [language(undefined).icon, language('elixir').icon, ...(['database', 'messaging', 'external', 'user'] as const).map((k) => kind(k).icon)];
    for (const icon of others) expect(iconAt(icon), icon).toBeDefined();
  });

  test('hold no script, no style and no address but their namespace', () => {
    for (const [path, svg] of Object.entries(icons)) {
      const rest = svg.replace('xmlns="http://www.w3.org/2000/svg"', '');
      expect(rest, path).not.toMatch(/<script|<style|style=|\son\w+=|href|url\(|:\/\//);
    }
  });

  test('an unknown language keeps its name', () => expect(language('elixir').word).toBe('elixir'));
});
