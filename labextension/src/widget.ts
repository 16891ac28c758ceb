/** The widget's front end: the panel's view over the widget's own comm, in any notebook that shows ipywidgets. */

import CATALOGUES from 'catalogues';
import { CommTransport, type Model } from './comm';
import { speaking, type Trans } from './language';
import type { Status } from './model';
import { Landmark, languageOfPage, takeKeys } from './page';
import { Store } from './store';
import { mount } from './view';

/** Shows the static list, and in its place the panel as soon as the kernel answers. */
function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  const leaveKeys = takeKeys(el);
  el.classList.add('dhs-widget');
  const language = languageOfPage();
  const own = CATALOGUES[language.slice(0, 2)] ?? CATALOGUES.en ?? [];
  const transport = new CommTransport(model);
  const landmark = new Landmark();
  let end = waiting(model, el, speaking(language, own));
  let gone = false;
  const show = (texts: string[], status?: Status) => {
    if (!gone) {
      end();
      const trans = speaking(language, [...own, ...texts]);
      const store = new Store(transport, trans);
      transport.follow(
        () => void store.kernel.ask(),
        () => store.kernel.clear()
      );
      end = mount(el, store, {
        name: project => landmark.take(trans.__('Secrets of %1', project || '…'))
      });
      void store.open(status);
    }
  };
  transport
    .texts(language)
    .then(texts =>
      transport.status().then(
        status => show(texts, status),
        () => show(texts)
      )
    )
    .catch(() => undefined);
  return () => {
    gone = true;
    end();
    landmark.take('');
    leaveKeys();
    transport.dispose();
  };
}

function waiting(model: Model, el: HTMLElement, trans: Trans): () => void {
  const still = el.appendChild(document.createElement('div'));
  still.className = 'dh-secrets';
  still.innerHTML = '<p class=dhs-status role=status></p><div></div>';
  const [status, list] = still.children as unknown as [Element, Element];
  const timer = setTimeout(() => {
    status.textContent = trans.__('Waiting for the kernel. If none runs, start one and run the cell again.');
    // The kernel's own escaped table, the same as in the saved notebook.
    list.innerHTML = model.get('_fallback');
  }, 300);
  return () => {
    clearTimeout(timer);
    still.remove();
  };
}

export default { render };
