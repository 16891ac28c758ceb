/** How the form of `%secret need` reports that it is shown, to a cell that waits for it. */

import type { Catalogue } from './language';
import type { Requests } from './requests';

/** The pauses between reports. What is sent before there is a subshell reaches the kernel after the cell. */
const PAUSES_MS = [100, 200, 400, 800, 1400];

/** Reports that the form is shown, again and again; resolves to its texts once the kernel has heard it. */
export function report(requests: Pick<Requests, 'ask'>, language: string): Promise<Catalogue> {
  return new Promise(heard => {
    let settled = false;
    const settle = ({ texts }: { texts: Catalogue }) => {
      settled = true;
      heard(texts);
    };
    const send = ([pause, ...later]: number[]) => {
      if (!settled) {
        // A kernel that asks by prompts refuses, or answers when nobody waits any more.
        requests.ask<{ texts: Catalogue }>('shown', { language }).then(settle, () => undefined);
        if (pause !== undefined) {
          setTimeout(() => send(later), pause);
        }
      }
    };
    send(PAUSES_MS);
  });
}
