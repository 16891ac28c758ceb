/** Imports a dotenv file: its names are shown first, and its values are read only when they are sent. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { ChooseFile } from './choosefile';
import { Dialog } from './dialog';
import { type EnvFile, readEnvFile } from './envfile';
import { isName } from './model';
import type { Store } from './store';
import { readText } from './textfile';

interface Chosen {
  file: File;
  names: readonly string[];
}

export function ImportForm({ store, dropped }: { store: Store; dropped: File | null }) {
  const { trans, state } = store;
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const replace = useRef<HTMLInputElement>(null);
  const taken = new Set(state.secrets?.map(({ name }) => name));

  /** Reads a file anew, or says what is wrong with it. */
  const read = async (file: File): Promise<EnvFile | null> => {
    const text = await readText(file, trans, (message, hint) => store.refuse('', `${file.name}: ${message}`, hint));
    const found = text === null ? null : readEnvFile(text, isName);
    if (found && (found.badLines.length > 0 || found.values.size === 0)) {
      const lines = found.badLines.join(', ');
      store.refuse(
        '',
        lines
          ? trans.__('%1: there is no valid NAME=VALUE in these lines: %2.', file.name, lines)
          : trans.__('%1: there is no NAME=VALUE in it.', file.name),
        trans.__('Nothing was imported.')
      );
      return null;
    }
    return found;
  };

  const choose = async (file: File) => {
    store.dismiss();
    const found = await read(file);
    setChosen(found && { file, names: [...found.values.keys()] });
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, with what the dialog was opened with
  useEffect(() => {
    if (dropped) {
      void choose(dropped);
    }
  }, []);

  const act = async () => {
    if (!chosen) {
      store.refuse('', trans.__('No file is chosen.'), '');
      return false;
    }
    const found = await read(chosen.file);
    return found !== null && store.changes.importValues(found.values, replace.current?.checked ?? false);
  };

  return (
    <Dialog store={store} title={trans.__('Import .env')} action={trans.__('Import')} act={act} drop={choose}>
      <p class="dhs-hint">
        {trans.__('Choose a file with lines of NAME=VALUE, or drop it here. All of it is imported, or nothing.')}
      </p>
      <div class="dhs-value">
        <ChooseFile trans={trans} choose={file => void choose(file)} />
        {chosen && <span dir="auto">{chosen.file.name}</span>}
      </div>
      {chosen && (
        <ul class="dhs-names">
          {chosen.names.map(name => (
            <li key={name}>
              <span class="dhs-name">{name}</span>
              {taken.has(name) ? <b>{trans.__('exists')}</b> : <span>{trans.__('new')}</span>}
            </li>
          ))}
        </ul>
      )}
      {chosen?.names.some(name => taken.has(name)) && (
        <label class="dhs-choice">
          <input ref={replace} type="checkbox" />
          {trans.__('Replace those that exist')}
        </label>
      )}
    </Dialog>
  );
}
