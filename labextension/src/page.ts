/** What a widget takes from the page that shows it: its language, a name of its own there, and the keys that are typed in it. */

/** Returns the language that JupyterLab says on the page. */
export function languageOfPage(): string {
  return document.documentElement.lang || 'en';
}

/** The names that panels have on this page: each widget has a module of its own, so they are the page's. */
const page = window as { dhSecretsNames?: Set<string> };

/** Names a panel as a landmark, with a number where another panel of the page has that name. */
export class Landmark {
  private _name = '';

  /** Takes a name in place of the one before; an empty one gives that back. */
  take(name: string): string {
    const taken = page.dhSecretsNames ?? new Set();
    page.dhSecretsNames = taken;
    taken.delete(this._name);
    this._name = name;
    for (let number = 2; name && taken.has(this._name); number++) {
      this._name = `${name} (${number})`;
    }
    taken.add(this._name);
    return this._name;
  }
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
