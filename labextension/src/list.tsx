/** The list of a project's secrets: the rows that a search finds, or why there are none. */

import { useMemo } from 'preact/hooks';
import { matches } from './model';
import { explain } from './notices';
import type { SecretInfo } from './protocol';
import { Row } from './row';
import type { Store } from './store';

export function List({ store, openMenu }: { store: Store; openMenu(secret: SecretInfo, anchor: HTMLElement): void }) {
  const { trans, state } = store;
  const { project, secrets, search, listProblem, disabledReason } = state;
  const found = useMemo(() => secrets?.filter(secret => matches(secret, search)) ?? [], [secrets, search]);
  // Long lists are compared only when something in them may have changed.
  const rows = useMemo(
    () => (
      // biome-ignore lint/a11y/noRedundantRoles: Safari takes the role from a list without bullets
      <ul role="list" class="dhs-secrets" aria-label={trans.__('Secrets of %1', project)}>
        {found.map(secret => (
          <Row key={secret.name} store={store} secret={secret} disabledReason={disabledReason} openMenu={openMenu} />
        ))}
      </ul>
    ),
    [found, project, disabledReason, store, trans, openMenu]
  );
  return (
    <div class="dhs-list">
      {listProblem && (
        <div class="dhs-problem" role="alert">
          <span>{explain(listProblem)}</span>
          <button type="button" class="dhs-button" onClick={() => void store.tryAgain()}>
            {trans.__('Try again')}
          </button>
        </div>
      )}
      {secrets === null && !listProblem && <p class="dhs-empty">{trans.__('Loading…')}</p>}
      {secrets?.length === 0 && (
        <p class="dhs-empty">
          {trans.__('This project has no secrets yet. Add one here, or type %secret set NAME in a notebook.')}
        </p>
      )}
      {secrets !== null && secrets.length > 0 && found.length === 0 && (
        <p class="dhs-empty">{trans.__('No secret matches “%1”.', search)}</p>
      )}
      {rows}
    </div>
  );
}
