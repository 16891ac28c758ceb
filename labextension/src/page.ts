/** What a widget takes from the page that shows it: the language, and the keys that are typed in the widget. */

/** Returns the language that JupyterLab says on the page. */
export function languageOfPage(): string {
  return document.documentElement.lang || 'en';
}

/** In a notebook plain keys are its commands, on a button too, unless the element says that they are its own. */
export function takeKeys(el: HTMLElement): () => void {
  // Asked before the page's own listeners. With Ctrl or Cmd a key stays the page's; in a field or a dialog saving alone
  // does, for there undo and the like are the field's.
  const ask = ({ target, ctrlKey, metaKey, key }: KeyboardEvent) => {
    const element = target as Element;
    if (el.contains(element)) {
      const typing = element.closest('dialog, input') !== null && key !== 's';
      element.toggleAttribute('data-lm-suppress-shortcuts', typing || !(ctrlKey || metaKey));
    }
  };
  window.addEventListener('keydown', ask, true);
  return () => window.removeEventListener('keydown', ask, true);
}
