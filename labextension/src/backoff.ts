/** Longer and longer pauses between tries. */

const FIRST_MS = 2000;
const LAST_MS = 60000;
/** How much of a pause is chance, so that the pages of a server that was away do not all ask it in one moment. */
const JITTER = 0.2;

/** The pauses of something that fails: about 2, 4, 8, … 60 s. */
export class Backoff {
  private _pause = FIRST_MS;

  /** Returns the milliseconds to wait before the next try. */
  next(): number {
    const pause = this._pause;
    this._pause = Math.min(2 * pause, LAST_MS);
    return pause * (1 - JITTER * Math.random());
  }

  /** Begins anew, after a try that went well. */
  reset(): void {
    this._pause = FIRST_MS;
  }
}
