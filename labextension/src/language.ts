/** In which language a panel speaks. */

/** Says texts in the user's language; `%1`, `%2`, … stand for the arguments. JupyterLab's translation bundles are of this form. */
export interface Trans {
  __(text: string, ...args: string[]): string;
  /** Says one text of two by a number, which `%1` stands for; the further arguments are `%2`, `%3`, … */
  _n(one: string, many: string, count: number, ...args: string[]): string;
  /** The language, as `Intl` takes it for dates. */
  readonly language: string;
}

/** The translations of one language: of a text one, of a pair both, under the first. */
export type Catalogue = { [text: string]: string[] };

/** Speaks by a catalogue of a language with a singular and a plural; what is not in it is said as the source has it. */
export function speaking(language: string, catalogue: Catalogue): Trans {
  return {
    language,
    __: (text, ...args) => fill(catalogue[text]?.[0] ?? text, args),
    _n: (one, many, count, ...args) => {
      const [single, several] = catalogue[one] ?? [one];
      return fill((count === 1 ? single : several) ?? many, [String(count), ...args]);
    }
  };
}

/** Marks a text that is said later, in the user's language, by `Trans`. */
export function wording(said: string): string {
  return said;
}

/** Puts arguments in the place of their marks. */
export function fill(text: string, args: string[]): string {
  return text.replace(/%(\d)/g, (mark, digit: string) => args[Number(digit) - 1] ?? mark);
}

/** The texts as they are written in the source. */
export const untranslated: Trans = speaking('en', {});
