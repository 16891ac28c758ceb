/** What the server found in notebooks when they were saved: a notice of the one in front, and *Scrub*. */

import { useEffect, useReducer } from 'preact/hooks';
import { Button } from './button';
import type { ServerEvent } from './eventbus';
import type { Trans } from './language';
import { RequestError } from './model';
import { FOUND_EVENT, NOT_SEARCHED_EVENT } from './protocol';
import { type Finding, isFinding, type Scrubbed } from './responses';

/** What is needed of the notebooks that are open. */
export interface SavedNotebook {
  /** The path of the one in front, null where there is none. */
  readonly path: string | null;
  readonly isUnsaved: boolean;
  /** Loads the one in front from its file again. */
  reload(): Promise<void>;
  /** Says when one of them begins to be saved, and when anything else of them changes. */
  follow(saving: (path: string) => void, changed: () => void): void;
}

interface Notice {
  text: string;
  isProblem: boolean;
  /** Whether marks can be put in place of what was found, once nothing is unsaved. */
  scrubs: boolean;
}

/** The notices of the notebooks that were saved last. */
export class Saves {
  private readonly _notices = new Map<string, Notice>();
  private readonly _listeners = new Set<() => void>();
  private _isScrubbing = false;

  constructor(
    private readonly _notebook: SavedNotebook,
    private readonly _send: (path: string) => Promise<Scrubbed>,
    readonly trans: Trans
  ) {
    _notebook.follow(
      path => this._say(path, null),
      () => this._tell()
    );
  }

  /** Calls back after each change, until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this._listeners.add(listener);
    return () => this._listeners.delete(listener);
  }

  /** What there is to say of the notebook in front. */
  get notice(): Notice | null {
    return this._notices.get(this._notebook.path ?? '') ?? null;
  }

  get isUnsaved(): boolean {
    return this._notebook.isUnsaved;
  }

  get isScrubbing(): boolean {
    return this._isScrubbing;
  }

  /** Takes an event of the server's, of whatever kind. */
  readonly hear = ({ schema_id: kind, path, findings, refused, projects }: ServerEvent): void => {
    if (kind === FOUND_EVENT && typeof path === 'string' && Array.isArray(findings)) {
      const named = places(findings.filter(isFinding), this.trans);
      const text = refused
        ? this.trans.__('%1 was not saved: it holds the value of %2.', path, named)
        : this.trans.__('%1 was saved with the value of %2.', path, named);
      this._say(path, { text, isProblem: true, scrubs: !refused });
    } else if (kind === NOT_SEARCHED_EVENT && typeof path === 'string' && Array.isArray(projects)) {
      const whose = projects.join(', ') || this.trans.__("the server's project");
      const text = this.trans.__(
        '%1 was saved without being searched for values: those of %2 could not be read.',
        path,
        whose
      );
      this._say(path, { text, isProblem: false, scrubs: false });
    }
  };

  /** Has the server put marks into the file of the notebook in front, and loads it again. */
  async scrub(): Promise<void> {
    const { path } = this._notebook;
    if (path === null || this._notebook.isUnsaved || this._isScrubbing) {
      return;
    }
    this._isScrubbing = true;
    this._tell();
    try {
      const { findings, marked } = await this._send(path);
      await this._notebook.reload();
      const secrets = [...new Set(findings.map(({ secret }) => secret))].join(', ');
      const left = findings.length - marked;
      const text = left
        ? this.trans.__('Marks were put into %1; its sources still hold values. Rotate %2.', path, secrets)
        : this.trans.__('Marks were put into %1. Rotate %2.', path, secrets);
      this._say(path, { text, isProblem: left > 0, scrubs: false });
    } catch (error) {
      const text =
        error instanceof RequestError ? `${error.message} ${error.hint}` : this.trans.__('This failed in the browser.');
      this._say(path, { text, isProblem: true, scrubs: true });
    } finally {
      this._isScrubbing = false;
      this._tell();
    }
  }

  private _say(path: string, notice: Notice | null): void {
    if (notice) {
      this._notices.set(path, notice);
    } else {
      this._notices.delete(path);
    }
    this._tell();
  }

  private _tell(): void {
    for (const listener of [...this._listeners]) {
      listener();
    }
  }
}

/** Says what was found by secret: `API_KEY (cell 2), DB_URL (metadata)`. */
function places(findings: Finding[], trans: Trans): string {
  const cells = new Map<string, Set<string>>();
  for (const { secret, cell } of findings) {
    const known = cells.get(secret) ?? new Set();
    cells.set(secret, known.add(cell === null ? trans.__('metadata') : trans.__('cell %1', String(cell))));
  }
  return [...cells].map(([secret, known]) => `${secret} (${[...known].join(', ')})`).join(', ');
}

export function SaveNotice({ saves }: { saves: Saves }) {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => saves.subscribe(() => draw(undefined)), [saves]);
  const { notice, trans } = saves;
  if (!notice) {
    return null;
  }
  return (
    <div class={notice.isProblem ? 'dhs-problem' : 'dhs-note'} role={notice.isProblem ? 'alert' : 'note'}>
      <span dir="auto">{notice.text}</span>
      {notice.scrubs && !saves.isUnsaved && (
        <Button aria-disabled={saves.isScrubbing} onClick={() => void saves.scrub()}>
          {saves.isScrubbing ? trans.__('Scrubbing…') : trans.__('Scrub')}
        </Button>
      )}
    </div>
  );
}
