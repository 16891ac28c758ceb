/** One secret in the list: its name, its expiry and labels, its buttons, and on demand what else is known of it. */

import { useLayoutEffect, useRef } from 'preact/hooks';
import { type Action, actionsOf, hintOf, run } from './actions';
import { labelSearch } from './arrange';
import { IconButton } from './button';
import { daysLeft, sayDate, sayDays, sayTime, urgency } from './dates';
import { handOnFocus } from './focus';
import { DOWN, MORE, RIGHT } from './icons';
import { saidHeld, saidHosts } from './inkernel';
import type { Trans } from './language';
import { changedElsewhere } from './model';
import type { SecretInfo } from './protocol';
import type { Store } from './store';

interface RowProps {
  store: Store;
  secret: SecretInfo;
  /** Its place in the list, of how many, and where it is drawn if not all are. */
  position: { index: number; total: number; top: number | undefined };
  /** Whether Tab stops here: in one row of the list. */
  isStop: boolean;
  isOpen: boolean;
  toggle(name: string): void;
  openMenu(secret: SecretInfo, anchor: HTMLElement): void;
}

export function Row({ store, secret, position, isStop, isOpen, toggle, openMenu }: RowProps) {
  const { trans } = store;
  const { name, description, labels, hosts } = secret;
  const { index, total, top } = position;
  // What is in the kernel is said in the place of the labels, which the details have, too.
  const isHeld = store.state.held.some(one => one.name === name);
  const row = useRef<HTMLLIElement>(null);
  useLayoutEffect(() => {
    const element = row.current;
    return () => handOnFocus(element, stopBeside(element));
  }, []);
  return (
    <li
      ref={row}
      class="dhs-row"
      data-name={name}
      data-open={isOpen}
      aria-posinset={index + 1}
      aria-setsize={total}
      style={top === undefined ? undefined : { position: 'absolute', top: `${top}px` }}
    >
      <div class="dhs-head">
        <IconButton
          tabIndex={-1}
          kind="dhs-toggle"
          icon={isOpen ? DOWN : RIGHT}
          label={trans.__('Details of %1', name)}
          aria-expanded={isOpen}
          onClick={() => toggle(name)}
        />
        <span class="dhs-name" dir="auto" title={description || name} draggable={store.cells !== null}>
          {name}
        </span>
        <InKernel store={store} name={name} />
        {!isOpen && hosts.length > 0 && (
          <span class="dhs-tag dhs-held" title={saidHosts(trans, hosts)}>
            {hosts.join(', ')}
          </span>
        )}
        {!isOpen && !isHeld && <Labels store={store} labels={labels} />}
        <Expiry secret={secret} trans={trans} />
        {buttonsOf(store, secret).map(
          action =>
            action.button && (
              <IconButton
                key={action.id}
                tabIndex={-1}
                icon={action.button.icon}
                label={trans.__(action.button.label, name)}
                aria-disabled={action.disabledReason(store) !== ''}
                title={
                  action.disabledReason(store) || `${trans.__(action.label)} ${hintOf(action, trans, name)}`.trim()
                }
                onClick={() => void run(store, action, secret)}
              />
            )
        )}
        <IconButton
          tabIndex={isStop ? 0 : -1}
          kind="dhs-stop"
          icon={MORE}
          label={trans.__('Actions for %1', name)}
          aria-haspopup="menu"
          onClick={event => openMenu(secret, event.currentTarget)}
        />
      </div>
      {isOpen && <Details store={store} secret={secret} />}
    </li>
  );
}

/** The actions with a button; where the value is old, Put again takes the place of Put. */
function buttonsOf(store: Store, secret: SecretInfo): Action[] {
  const actions = actionsOf(store, secret).filter(({ button }) => button);
  return actions.length > 1 ? actions.filter(({ id }) => id !== 'put') : actions;
}

/** Where the secret is in the kernel in front, and whether its value there is old. */
function InKernel({ store, name }: { store: Store; name: string }) {
  const { trans, state } = store;
  const held = state.held.filter(one => one.name === name);
  const said = held.map(one => saidHeld(trans, one)).join(', ');
  return (
    <>
      {said && (
        <span class="dhs-tag dhs-held" title={said}>
          {said}
        </span>
      )}
      {held.some(one => one.state === 'old') && <span class="dhs-tag dhs-soon dhs-old">{trans.__('old value')}</span>}
    </>
  );
}

/** Returns the place where Tab would stop in the next row, or in the one before. */
function stopBeside(row: HTMLElement | null): HTMLElement | null | undefined {
  return (row?.nextElementSibling ?? row?.previousElementSibling)?.querySelector('.dhs-stop');
}

const TAGS = { later: 'dhs-tag dhs-later', soon: 'dhs-tag dhs-soon', over: 'dhs-tag dhs-over' };

/** When the secret expires, where that matters. */
function Expiry({ secret, trans }: { secret: SecretInfo; trans: Trans }) {
  const kind = urgency(secret);
  if (!secret.expires || !kind) {
    return null;
  }
  return (
    <span class={TAGS[kind]} title={sayDate(secret.expires, trans.language)}>
      {kind === 'over' ? trans.__('expired') : sayDays(daysLeft(secret.expires), trans.language)}
    </span>
  );
}

/** A click on a label finds the secrets that have it. */
function Labels({ store, labels }: { store: Store; labels: readonly string[] }) {
  return labels.length > 0 ? (
    <div class="dhs-tags">
      {labels.map(label => (
        <button
          key={label}
          type="button"
          tabIndex={-1}
          class="dhs-tag"
          dir="auto"
          title={label}
          onClick={() => store.setSearch(labelSearch(label))}
        >
          {label}
        </button>
      ))}
    </div>
  ) : null;
}

function Details({ store, secret }: { store: Store; secret: SecretInfo }) {
  const { trans } = store;
  const { description, labels, expires, hosts, created, created_by, updated } = secret;
  const { language } = trans;
  return (
    <div class="dhs-details">
      {description && <p dir="auto">{description}</p>}
      <Labels store={store} labels={labels} />
      {hosts.length > 0 && <p>{saidHosts(trans, hosts)}</p>}
      {expires && (
        <p>
          {urgency(secret) === 'over'
            ? trans.__('Expired on %1', sayDate(expires, language))
            : trans.__('Expires on %1', sayDate(expires, language))}
        </p>
      )}
      {updated && <p>{lastChange(trans, secret, sayTime(updated, language))}</p>}
      {created && (
        <p>
          {created_by
            ? trans.__('Created %1 by %2', sayTime(created, language), created_by)
            : trans.__('Created %1', sayTime(created, language))}
        </p>
      )}
      {!description && !labels.length && !hosts.length && !expires && !updated && !created && (
        <p>{trans.__('Nothing more is known of it.')}</p>
      )}
    </div>
  );
}

/** When a secret was changed last, and by whom where that is known. */
function lastChange(trans: Trans, secret: SecretInfo, when: string): string {
  if (secret.updated_by) {
    return trans.__('Updated %1 by %2', when, secret.updated_by);
  }
  return changedElsewhere(secret) ? trans.__('Updated %1, changed elsewhere', when) : trans.__('Updated %1', when);
}
