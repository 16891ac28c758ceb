/** Finds a name in a list by its first letters, as they are typed. */

/** What is typed later begins another name. */
const PAUSE_MS = 700;

export class Typeahead {
  private _typed = '';
  private _at = 0;

  /** Returns the index of the next name that begins with what was typed, from the current one on, or -1. */
  next(key: string, names: readonly string[], current: number, now = Date.now()): number {
    const begins = now - this._at > PAUSE_MS || this._typed === '';
    if (key.length !== 1 || (begins && key === ' ')) {
      return -1;
    }
    this._typed = (begins ? '' : this._typed) + key.toLowerCase();
    this._at = now;
    // One letter goes on to the next name; more of them describe the one that it stands at, too.
    const start = begins ? current + 1 : current;
    const rotated = [...names.slice(start), ...names.slice(0, start)];
    const found = rotated.findIndex(name => name.toLowerCase().startsWith(this._typed));
    return found < 0 ? -1 : (found + start) % names.length;
  }
}
