/** What goes away with the focus in it hands it on, or the keyboard would start at the page's top. */

/** Gives the focus that an element has, or something in it, to another: by default to the search of its panel. */
export function handOnFocus(leaving: Element | null, next?: HTMLElement | null): void {
  if (leaving?.contains(document.activeElement)) {
    (next ?? searchNear(leaving))?.focus();
  }
}

/** Returns the search of the panel around an element. */
export function searchNear(element: Element): HTMLElement | null | undefined {
  return element.closest('.dh-secrets')?.querySelector<HTMLElement>('input[type=search]');
}
