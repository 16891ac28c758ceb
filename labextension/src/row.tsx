/** One secret in the list: its name, what is known of it, and its buttons. */

import { useLayoutEffect, useRef } from 'preact/hooks';
import { run } from './actions';
import { Icon } from './icons';
import type { Trans } from './language';
import { changedElsewhere, expired } from './model';
import type { SecretInfo } from './protocol';
import type { Store } from './store';

// Made once: to make one takes longer than to draw a row.
const MINUTES = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const SECONDS = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

interface RowProps {
  store: Store;
  secret: SecretInfo;
  /** Why it cannot be put into a kernel, or empty. */
  disabledReason: string;
  openMenu(secret: SecretInfo, anchor: HTMLElement): void;
}

export function Row({ store, secret, disabledReason, openMenu }: RowProps) {
  const { trans } = store;
  const { name, description, labels, expires, updated } = secret;
  const over = expired(secret);
  const row = useRef<HTMLLIElement>(null);
  useLayoutEffect(() => {
    const element = row.current;
    return () => {
      // A row that goes away with the focus in it hands it on, or the keyboard would start at the page's top.
      if (element?.contains(element.ownerDocument.activeElement)) {
        element.closest('.dh-secrets')?.querySelector<HTMLElement>('input[type=search]')?.focus();
      }
    };
  }, []);
  return (
    <li ref={row} class="dhs-row">
      <div class="dhs-head">
        <span class="dhs-name">{name}</span>
        <button
          type="button"
          class="dhs-icon-button"
          aria-label={trans.__('Put %1 into kernel', name)}
          aria-disabled={disabledReason !== ''}
          title={disabledReason || trans.__('Put into kernel')}
          onClick={() => void run(store, 'put', secret)}
        >
          <Icon name="insert" />
        </button>
        <button
          type="button"
          class="dhs-icon-button"
          aria-label={trans.__('Actions for %1', name)}
          aria-haspopup="menu"
          title={trans.__('Actions')}
          onClick={event => openMenu(secret, event.currentTarget)}
        >
          <Icon name="more" />
        </button>
      </div>
      {description && <p class="dhs-text">{description}</p>}
      {(labels.length > 0 || expires) && (
        <p class="dhs-tags">
          {expires && (
            <span class={over ? 'dhs-tag dhs-over' : 'dhs-tag'}>
              {over ? trans.__('Expired on %1', expires) : trans.__('Expires on %1', expires)}
            </span>
          )}
          {labels.map(label => (
            <span key={label} class="dhs-tag">
              {label}
            </span>
          ))}
        </p>
      )}
      {updated && (
        <p class="dhs-hint">
          <time dateTime={updated} title={SECONDS.format(new Date(updated))}>
            {lastChange(trans, secret, MINUTES.format(new Date(updated)))}
          </time>
        </p>
      )}
    </li>
  );
}

/** When a secret was changed last, and by whom where that is known. */
function lastChange(trans: Trans, secret: SecretInfo, when: string): string {
  if (secret.updated_by) {
    return trans.__('Updated %1 by %2', when, secret.updated_by);
  }
  return changedElsewhere(secret) ? trans.__('Updated %1, changed elsewhere', when) : trans.__('Updated %1', when);
}
