/** The types of texts.mjs, for the tests. */
export const LOCALE: string;
export function textsOf(source: string): string[][];
export function replaceTexts(source: string, numberOf: (texts: string[]) => number): string;
export function joined(forms: string[]): string;
export function catalogues(): { [locale: string]: { [text: string]: string[] } };
