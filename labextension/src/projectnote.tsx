/** Below the project: what the notebook in front uses instead, and that there is no such project; else where it is kept. */

import { Button } from './button';
import { usedProject } from './inkernel';
import type { Store } from './store';

export function ProjectNote({ store }: { store: Store }) {
  const { trans, state } = store;
  const { project, projects, secrets, status, front } = state;
  const used = usedProject(state);
  const isOther = used !== null && used !== project;
  const isNew = secrets?.length === 0 && projects.length > 0 && !projects.includes(project);
  const where = status ? `${status.provider} · ${status.place}` : '';
  return (
    <>
      {isOther && (
        <p class="dhs-place dhs-whole">
          <span>{front.file ? trans.__('%1 uses %2', front.file, used) : trans.__('This notebook uses %1', used)}</span>{' '}
          · <Button onClick={() => void store.setProject(used)}>{trans.__('Switch')}</Button>
        </p>
      )}
      {(isNew || !isOther) && (
        <p class={isNew ? 'dhs-place dhs-whole' : 'dhs-place'} title={where}>
          {isNew ? trans.__('There is no project %1 yet; adding a secret creates it.', project) : where}
        </p>
      )}
    </>
  );
}
