/** What goes away with the focus in it hands it on, or the keyboard would start at the page's top. */

/** Gives the focus that an element has, or something in it, to another: by default to the field that is near. */
export function handOnFocus(leaving: Element | null, next?: HTMLElement | null): void {
  if (leaving?.contains(document.activeElement)) {
    (next ?? fieldNear(leaving))?.focus();
  }
}

/** Returns the first field of the dialog that an element is in, or the search of the panel around it. */
export function fieldNear(element: Element | null): HTMLElement | null | undefined {
  return element?.closest('dialog, .dh-secrets')?.querySelector<HTMLElement>('dialog input, input[type=search]');
}
