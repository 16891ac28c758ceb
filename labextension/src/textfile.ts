/** Reads a text from a file of the user's machine. */

import type { Trans } from './language';
import { MAX_VALUE_BYTES } from './protocol';

/** Returns the text to the byte, or null where it cannot be one, which `refuse` then says. */
export async function readText(
  file: File,
  trans: Trans,
  refuse: (message: string, hint: string) => void
): Promise<string | null> {
  if (file.size > MAX_VALUE_BYTES) {
    refuse(trans.__('the file is over 1 MiB.'), trans.__('All secrets of a project together can hold 1 MiB.'));
    return null;
  }
  const bytes = await file.arrayBuffer().catch(() => null);
  if (!bytes) {
    refuse(trans.__('the file cannot be read, or was changed since.'), trans.__('Choose it again.'));
    return null;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    refuse(
      trans.__('the file is not UTF-8 text.'),
      trans.__('Store bytes in a notebook, with %secret set NAME --from-file PATH.')
    );
    return null;
  }
}
