/** The button that asks for a file of the user's machine. */

import type { Trans } from './language';

/** The button is the label; the input itself stays for the keyboard and for screen readers. */
export function ChooseFile({ trans, choose }: { trans: Trans; choose(file: File): void }) {
  return (
    <label class="dhs-button dhs-file">
      {trans.__('Choose file')}
      <input
        type="file"
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          // The same file can be chosen again.
          currentTarget.value = '';
          if (file) {
            choose(file);
          }
        }}
      />
    </label>
  );
}
