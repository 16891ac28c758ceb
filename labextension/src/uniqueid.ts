/** Ids by which elements name each other. Several panels stand in one page, each with a renderer of its own. */

import { useState } from 'preact/hooks';

/** Returns an id that no other panel of the page uses, the same for as long as the component lives. */
export function useUniqueId(): string {
  return useState(() => `dhs-${Math.random().toString(36).slice(2)}`)[0];
}
