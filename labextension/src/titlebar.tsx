/** The bar at the top of the panel, as JupyterLab's own panels have one: how many secrets there are, and its tools. */

import { useState } from 'preact/hooks';
import { ORDERS, type Order } from './arrange';
import { IconButton } from './button';
import type { IconName } from './icons';
import type { Trans } from './language';
import { Menu } from './menu';
import type { Store } from './store';

interface Props {
  store: Store;
  /** How many secrets the list shows. */
  shown: number;
  /** Opens the panel's settings, where it has any. */
  openSettings: (() => void) | undefined;
  /** Whether it has the button for help, which an empty project has elsewhere. */
  hasHelp: boolean;
}

export function TitleBar({ store, shown, openSettings, hasHelp }: Props) {
  const { trans, state } = store;
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const tool = (icon: IconName, label: string, press: (button: HTMLElement) => void, opensMenu?: true) => (
    <IconButton
      icon={icon}
      label={label}
      aria-haspopup={opensMenu && 'menu'}
      onClick={event => press(event.currentTarget)}
    />
  );
  return (
    <div class="dhs-titlebar">
      <span class="dhs-heading">{trans.__('Secrets')}</span>
      <span class="dhs-count">{state.secrets && count(trans, shown, state.secrets.length)}</span>
      {tool('refresh', trans.__('Refresh'), () => void store.tryAgain())}
      {tool('order', trans.__('Order by'), setAnchor, true)}
      {openSettings && tool('settings', trans.__('Settings'), openSettings)}
      {hasHelp && tool('help', trans.__('Help'), () => store.openDialog({ kind: 'help' }))}
      {anchor && (
        <Menu
          label={trans.__('Order by')}
          items={ORDERS.map(order => ({
            label: orderLabel(trans, order),
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

function orderLabel(trans: Trans, order: Order): string {
  switch (order) {
    case 'name':
      return trans.__('Name');
    case 'updated':
      return trans.__('Updated');
    case 'expires':
      return trans.__('Expires');
  }
}
