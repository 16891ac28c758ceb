/** Which secrets the list shows, and in which order. */

import type { SecretInfo } from './protocol';

/** What the list can be ordered by. */
export const ORDERS = ['name', 'updated', 'expires'] as const;
export type Order = (typeof ORDERS)[number];

/** A word of a search, or what it says of a label: `label:sea`, `label:"north sea"`. */
const WORD = /label:"([^"]*)"|label:(\S+)|(\S+)/g;

// Without case, and with numbers as numbers.
const { compare } = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Returns the secrets that a search finds: by name, the newest first, or the next to expire first. */
export function arrange(secrets: readonly SecretInfo[], search: string, order: Order): SecretInfo[] {
  return secrets
    .filter(secret => matches(secret, search))
    .sort((a, b) => ORDERED[order](a, b) || compare(a.name, b.name) || (a.name < b.name ? -1 : 1));
}

const LAST = '\uffff';
const ORDERED: { [order in Order]: (a: SecretInfo, b: SecretInfo) => number } = {
  name: () => 0,
  updated: (a, b) => byText(b.updated ?? '', a.updated ?? ''),
  expires: (a, b) => byText(a.expires ?? LAST, b.expires ?? LAST)
};

function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Whether every word of a search is in a secret's name, description or labels, and every label of it among these. */
export function matches({ name, description, labels }: SecretInfo, search: string): boolean {
  const text = [name, description, ...labels].join('\n').toLowerCase();
  return [...search.matchAll(WORD)].every(([, quoted, label = quoted, word]) =>
    word === undefined ? labels.includes(label ?? '') : text.includes(word.toLowerCase())
  );
}

/** Returns the search that finds the secrets with a label. */
export function labelSearch(label: string): string {
  return /\s/.test(label) ? `label:"${label}"` : `label:${label}`;
}
