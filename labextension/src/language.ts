/** In which language a panel speaks. */

/** Says texts in the user's language; `%1`, `%2`, … stand for the arguments. JupyterLab's translation bundles are of this form. */
export interface Trans {
  __(text: string, ...args: string[]): string;
  /** Says one text of two by a number, which `%1` stands for; the further arguments are `%2`, `%3`, … */
  _n(one: string, many: string, count: number, ...args: string[]): string;
  /** The language, as `Intl` takes it for dates. */
  readonly language: string;
}

/** The texts of one language by their numbers; of a pair both forms, with `|` between them. */
export type Catalogue = readonly string[];

/** Speaks by a catalogue of a language with a singular and a plural; a text that has no number is said as it is. */
export function speaking(language: string, catalogue: Catalogue): Trans {
  const said = (text: string) => catalogue[text as unknown as number] ?? text;
  return {
    language,
    __: (text, ...args) => fill(said(text), args),
    _n: (one, many, count, ...args) => {
      const [single, several = many] = said(one).split('|');
      return fill((count === 1 ? single : several) ?? one, [String(count), ...args]);
    }
  };
}

/** Marks a text that is said later, in the user's language, by `Trans`. */
export function wording(said: string): string {
  return said;
}

/** Puts arguments in the place of `%1`, …; a text may be its number still. */
export function fill(text: string, args: string[]): string {
  return `${text}`.replace(/%(\d)/g, (mark, digit: string) => args[Number(digit) - 1] ?? mark);
}

/** The texts as they are written in the source. */
export const untranslated: Trans = speaking('en', []);
