/** What is being waited for, said once it takes long. */

/** Shorter waits are not announced. */
const SHORT_MS = 300;

/** The waits of a panel. Of several at once the last is shown, by `show`, and an empty text once all are over. */
export class Waits {
  private readonly _texts = new Set<string>();

  constructor(private readonly _show: (text: string) => void) {}

  /** Waits for an answer, and says so for as long as that takes. */
  async for<T>(text: string, answer: Promise<T>): Promise<T> {
    const timer = setTimeout(() => {
      this._texts.add(text);
      this._update();
    }, SHORT_MS);
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
      if (this._texts.delete(text)) {
        this._update();
      }
    }
  }

  private _update(): void {
    this._show([...this._texts].pop() ?? '');
  }
}
