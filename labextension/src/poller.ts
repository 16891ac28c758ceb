/** When a panel asks for its list again. */

import { Backoff } from './backoff';

/** Where others' changes are not pushed. */
const POLL_INTERVAL_MS = 2000;
/** Where they are: for as long as somebody asks now and then. */
export const RENEW_INTERVAL_MS = 50000;

/** Asks again and again while the panel is on the screen; where nothing answers, later and later. */
export class Poller {
  private readonly _backoff = new Backoff();
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _inView = false;
  private _live = false;
  private _isAsking = false;
  private _hasFailed = false;

  constructor(private _ask: () => void) {}

  /** Says that the list is being asked for. */
  begin(): void {
    this._isAsking = true;
    clearTimeout(this._timer);
  }

  /** Says that there was an answer, and which. */
  end(hasFailed: boolean): void {
    this._isAsking = false;
    this._hasFailed = hasFailed;
    if (!hasFailed) {
      this._backoff.reset();
    }
    this._schedule();
  }

  /** Says that the panel is on the screen or not: out of view it does not ask. */
  setInView(inView: boolean): void {
    if (inView === this._inView) {
      return;
    }
    this._inView = inView;
    if (inView && !this._isAsking) {
      this._ask();
    } else if (!inView) {
      clearTimeout(this._timer);
    }
  }

  /** Says whether others' changes are pushed. */
  setLive(live: boolean): void {
    if (live !== this._live) {
      this._live = live;
      this._schedule();
    }
  }

  /** Begins anew with short pauses. */
  hurry(): void {
    this._backoff.reset();
  }

  /** Asks no more. */
  stop(): void {
    this._ask = () => undefined;
    clearTimeout(this._timer);
  }

  private _schedule(): void {
    clearTimeout(this._timer);
    if (this._inView) {
      const pause = this._hasFailed ? this._backoff.next() : this._live ? RENEW_INTERVAL_MS : POLL_INTERVAL_MS;
      this._timer = setTimeout(() => this._ask(), pause);
    }
  }
}
