/**
 * What is written into a notebook so that its cells read a secret, and where. Knows cells as texts alone.
 *
 * 1. The lines above the cursor say what is there: the extension, the project that holds then, what is read.
 * 2. What is missing goes on lines of its own above the statement in which the cursor is, and below our own lines.
 * 3. A cell in which no magic of ours can stand is left alone: a new one follows it.
 */

import { projectLine } from './model';

export interface Cell {
  type: 'code' | 'markdown' | 'raw';
  text: string;
}

/** The cell in which somebody writes, and how many characters are before the cursor there. */
export interface Cursor {
  cell: number;
  offset: number;
}

interface Wanted {
  /** The line that reads a secret, or uses it. */
  line: string;
  /** The project that the panel shows. */
  project: string;
  /** The project in which the kernel is where no line says another. */
  assumed: string;
}

interface Insertion {
  lines: string[];
  /** Before which line of the cell they go, or null for a new code cell below it. */
  before: number | null;
}

const LOAD = /^\s*%(?:load_ext|reload_ext)\s+dh_secrets_jupyter\s*(?:#.*)?$/;
const PROJECT = /^\s*%secret\s+project\s+["']?([a-z0-9-]+)["']?(?=\s|$)/;
const READ = /^\s*%secret\s+(get|use)\s+([^#]*)/;

/** Returns the project that the lines of a notebook switch to last, or null where none does. */
export function projectOf(cells: readonly Cell[]): string | null {
  return readAll(cells.filter(isPython).map(({ text }) => text)).project;
}

/** Returns what is needed and not there yet for a cell to read a secret, and where it goes. */
export function insertion(cells: readonly Cell[], cursor: Cursor, wanted: Wanted): Insertion {
  const above = cells.slice(0, cursor.cell).filter(isPython);
  const cell = cells[cursor.cell];
  if (!cell || !isPython(cell)) {
    return { lines: missing(readAll(above.map(({ text }) => text)), wanted), before: null };
  }
  const rows = cell.text.split('\n');
  const at = cell.text.slice(0, cursor.offset).split('\n').length - 1;
  // A line of ours where the cursor is, or a %load_ext below it, stays before what is inserted.
  const own = rows.findLastIndex(
    (row, index) => (index >= at && LOAD.test(row)) || (index === at && PROJECT.test(row))
  );
  const before = own < at ? startOfStatement(rows, at) : own + 1;
  const there = [...rows.slice(0, before), ...rows.slice(at, at + 1).filter(row => READ.test(row))];
  return { lines: missing(readAll([...above.map(({ text }) => text), ...there]), wanted), before };
}

/** Whether a cell's lines are run as Python with magics among them. */
function isPython({ type, text }: Cell): boolean {
  return type === 'code' && !text.trimStart().startsWith('%%');
}

interface Found {
  loaded: boolean;
  project: string | null;
  /** What is read or used there already, as `PROJECT get NAME`; an empty project is the one that is assumed. */
  read: Set<string>;
}

function readAll(texts: readonly string[]): Found {
  const found: Found = { loaded: false, project: null, read: new Set() };
  for (const row of texts.flatMap(text => text.split('\n'))) {
    found.loaded ||= LOAD.test(row);
    found.project = PROJECT.exec(row)?.[1] ?? found.project;
    const [, verb, rest = ''] = READ.exec(row) ?? [];
    const words = rest.split(/\s+/);
    for (const [index, word] of words.entries()) {
      if (words[index - 1] !== 'as') {
        found.read.add(`${found.project ?? ''} ${verb} ${word}`);
      }
    }
  }
  return found;
}

function missing({ loaded, project, read }: Found, wanted: Wanted): string[] {
  const { line, assumed } = wanted;
  const [, verb, name] = READ.exec(line) ?? [];
  const sources = assumed === wanted.project ? [wanted.project, ''] : [wanted.project];
  const reads = sources.some(source => read.has(`${source} ${verb} ${name}`) || read.has(`${source} ${verb} --all`));
  return [
    ...(loaded ? [] : ['%load_ext dh_secrets_jupyter']),
    ...((project ?? assumed) === wanted.project || reads ? [] : [projectLine(wanted.project)]),
    ...(reads ? [] : [line])
  ];
}

const OPENING = '([{';
const CLOSING = ')]}';
/** What ends a string, a comment to the end of the line, or changes how deep in brackets one is. */
const TOKEN = /\\[\s\S]|"""|'''|["'#\n()[\]{}]/g;
/** A line that belongs to a statement above it. */
const CONTINUES = /^(?:\s|[)\]}]|(?:else|elif|except|finally)\b)/;

/** Returns the line where the top-level statement begins that a line is in: lines of ours inside it would break it. */
function startOfStatement(rows: readonly string[], at: number): number {
  const breaks = (line: number) => {
    const next = rows.slice(line).find(row => row.trim() && !row.startsWith('#')) ?? '';
    return isInside(rows, line) || CONTINUES.test(next) || rows[line - 1]?.startsWith('@');
  };
  let start = at;
  while (start > 0 && breaks(start)) {
    start--;
  }
  return start;
}

/** Whether a line begins in brackets, in a string, or behind a backslash. */
function isInside(rows: readonly string[], at: number): boolean {
  let depth = 0;
  let quote = '';
  let comment = false;
  const before = rows.slice(0, at).map(row => `${row}\n`);
  for (const [token] of before.join('').matchAll(TOKEN)) {
    if (token === '\n') {
      comment = false;
      quote = quote.length === 1 ? '' : quote;
    } else if (quote) {
      quote = token === quote ? '' : quote;
    } else if (token === '#') {
      comment = true;
    } else if (!comment && OPENING.includes(token)) {
      depth++;
    } else if (!comment && CLOSING.includes(token)) {
      depth--;
    } else if (!comment && !token.startsWith('\\')) {
      quote = token;
    }
  }
  return depth > 0 || quote !== '' || (rows[at - 1]?.endsWith('\\') ?? false);
}
