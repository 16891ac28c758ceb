/** The bar at the top of the panel, as JupyterLab's own panels have one: how many secrets there are, and its tools. */

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { ORDERS, type Order } from './arrange';
import { IconButton } from './button';
import { HELP, ORDER, REFRESH } from './icons';
import { type Trans, wording } from './language';
import { Menu } from './menu';
import type { Store } from './store';

const ORDER_LABELS: Record<Order, string> = {
  name: wording('Name'),
  updated: wording('Updated'),
  expires: wording('Expires')
};

interface Props {
  store: Store;
  /** How many secrets the list shows. */
  shown: number;
  /** Whether it has the button for help, which an empty project has elsewhere. */
  hasHelp: boolean;
  /** Its further tools. */
  children: ComponentChildren;
}

export function TitleBar({ store, shown, hasHelp, children }: Props) {
  const { trans, state } = store;
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  return (
    <div class="dhs-titlebar">
      <span class="dhs-heading">{trans.__('Secrets')}</span>
      <span class="dhs-count">{state.secrets && count(trans, shown, state.secrets.length)}</span>
      <IconButton icon={REFRESH} label={trans.__('Refresh')} onClick={() => void store.tryAgain()} />
      <IconButton
        icon={ORDER}
        label={trans.__('Order by')}
        aria-haspopup="menu"
        onClick={event => setAnchor(event.currentTarget)}
      />
      {children}
      {hasHelp && (
        <IconButton icon={HELP} label={trans.__('Help')} onClick={() => store.openDialog({ kind: 'help' })} />
      )}
      {anchor && (
        <Menu
          label={trans.__('Order by')}
          items={ORDERS.map(order => ({
            label: trans.__(ORDER_LABELS[order]),
            disabledReason: '',
            isCurrent: order === state.order,
            run: () => store.setOrder(order)
          }))}
          anchor={anchor}
          close={() => setAnchor(null)}
        />
      )}
    </div>
  );
}

function count(trans: Trans, shown: number, total: number): string {
  return shown === total
    ? trans._n('%1 secret', '%1 secrets', total)
    : trans._n('%2 of %1 secret', '%2 of %1 secrets', total, String(shown));
}
