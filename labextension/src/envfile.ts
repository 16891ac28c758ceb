/**
 * Reads dotenv files as `%secret import` does: `dh_secrets_jupyter/env_file.py` is the same reader, and one table of files
 * (`tests/dotenv.json`) holds both to the same names and values.
 */

// What Python calls a space, but a line feed: JavaScript's \s is not the same.
const BLANKS = '\\t\\v\\f\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const B = `[${BLANKS}]*`;
const END = '(?:\\n|$)';
const REST = '#[^\\n]*';
const NOTHING = new RegExp(`${B}(?:${REST})?${END}`, 'y');
const ENTRY = new RegExp(
  `${B}(?:export[${BLANKS}]${B})?(?<key>'[^'\\n]+'|[^=#${BLANKS}\\n]+)${B}=` +
    `(?:${B}(?:'(?<single>[^'\\\\]*(?:\\\\[^][^'\\\\]*)*)'|"(?<double>[^"\\\\]*(?:\\\\[^][^"\\\\]*)*)")${B}(?:${REST})?` +
    `|(?!${B}['"])(?<plain>[^\\n]*))${END}`,
  'y'
);
const COMMENT = new RegExp(`[${BLANKS}]${B}${REST}`);
const EDGES = new RegExp(`^${B}|${B}$`, 'g');
const ESCAPES: { [sign: string]: string } = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** What is in a dotenv file: the values by name, and the numbers of the lines that are no entry. */
export interface EnvFile {
  values: Map<string, string>;
  badLines: number[];
}

/** Reads a file's text; `isName` says whether a secret can have that name. */
export function readEnvFile(file: string, isName: (name: string) => boolean): EnvFile {
  // The file's own line ends, of whatever system, are line feeds in a value of several lines.
  const text = file.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  const values = new Map<string, string>();
  const badLines: number[] = [];
  let at = 0;
  while (at < text.length) {
    const nothing = matchAt(NOTHING, text, at);
    const entry = nothing ? null : matchAt(ENTRY, text, at);
    const name = entry?.groups?.key?.replace(/^'+|'+$/g, '') ?? '';
    if (entry && isName(name)) {
      values.set(name, entryValue(entry.groups ?? {}));
    } else if (!nothing) {
      badLines.push(text.slice(0, at).split('\n').length);
    }
    const line = text.indexOf('\n', at);
    at += (nothing ?? entry)?.[0].length ?? (line < 0 ? text.length : line + 1 - at);
  }
  return { values, badLines };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function entryValue({ single, double, plain = '' }: { [group: string]: string | undefined }): string {
  if (single !== undefined) {
    return single.replace(/\\([\\'])/g, '$1');
  }
  return double === undefined
    ? plain.replace(COMMENT, '').replace(EDGES, '')
    : double.replace(/\\([\\'"abfnrtv])/g, (_, sign: string) => ESCAPES[sign] ?? sign);
}
