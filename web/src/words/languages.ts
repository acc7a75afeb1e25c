// Languages as the page shows them. Keys are values of telemetry.sdk.language as
// contract.ParseLanguage writes them. A language is told by its word, its glyph and
// its colour, so that colour alone never carries the meaning; the fills follow the
// Okabe-Ito palette where it reaches and differ in lightness where it does not. Red
// is left to errors.

export interface Language {
  /** The word a person uses; also the text of the icon. */
  word: string;
  /** File under icons/. */
  icon: string;
  /** Fill of the icon and of a node's band. */
  color: string;
}

const known: ReadonlyMap<string, Language> = new Map(
  (
    [
      ['java', 'Java', '#e69f00'],
      ['python', 'Python', '#0072b2'],
      ['nodejs', 'Node.js', '#00795a'],
      ['go', 'Go', '#56b4e9'],
      ['rust', 'Rust', '#7a4b2a'],
      ['cpp', 'C++', '#3b4a6b'],
      ['dotnet', '.NET', '#6b3fa0'],
      ['php', 'PHP', '#a9a4d6'],
      ['ruby', 'Ruby', '#cc79a7'],
      ['swift', 'Swift', '#8fc1b5'],
      ['erlang', 'Erlang', '#7d2e5b'],
      ['webjs', 'Browser', '#f0e442'],
    ] as const
  ).map(([id, word, color]) => [id, { word, icon: `icons/${id}.svg`, color }]),
);

const neutral = '#4a5563';

/** Every language with an icon of its own, for the tests that hold icons and table together. */
export const knownLanguages: ReadonlyMap<string, Language> = known;

/** The language as shown; one without an icon keeps its own name as the word. */
export function language(id: string | undefined): Language {
  if (id === undefined || id === '') return { word: 'unknown', icon: 'icons/unknown.svg', color: '#98a2ad' };
  return known.get(id) ?? { word: id, icon: 'icons/other.svg', color: neutral };
}
