/** The project: a text field with a list of the projects that are known. Any name may be typed. */

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Label } from './field';
import { DOWN, Icon } from './icons';
import type { Store } from './store';
import { useUniqueId } from './uniqueid';

export function ProjectBox({ store }: { store: Store }) {
  const { trans, state } = store;
  const id = useUniqueId();
  const input = useRef<HTMLInputElement>(null);
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState(-1);
  const offered = state.projects.filter(project => project.includes(typed));

  // A project that arrives while another name is being typed leaves that alone.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a name that is deleted while typing is no reason to show the project again
  useLayoutEffect(() => {
    if (input.current && !typed) {
      input.current.value = state.project;
    }
  }, [state.project]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: for each that is marked
  useLayoutEffect(() => {
    input.current?.parentElement?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [active]);

  const show = (part: string) => {
    setTyped(part);
    setActive(-1);
    if (!open) {
      setOpen(true);
      void store.loadProjects();
    }
  };
  // All of them at first: the present name would hide the others.
  const showAll = () => show('');

  const choose = (project: string) => {
    setOpen(false);
    setTyped('');
    if (input.current) {
      input.current.value = project || state.project;
    }
    if (project) {
      void store.setProject(project);
    }
  };

  const move = (step: number) => {
    if (!open) {
      showAll();
    }
    setActive(now => (offered.length ? (now + step + offered.length) % offered.length : -1));
  };

  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLInputElement }) => {
    switch (event.key) {
      case 'ArrowDown':
        move(1);
        break;
      case 'ArrowUp':
        move(active < 0 ? 0 : -1);
        break;
      case 'Enter':
        choose((open && offered[active]) || event.currentTarget.value.trim());
        break;
      case 'Escape':
        if (!open && event.currentTarget.value === state.project) {
          return;
        }
        choose('');
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div>
      <Label id={id} text={trans.__('Project')} />
      <div class="dhs-combo">
        <input
          ref={input}
          id={id}
          class="dhs-input"
          role="combobox"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          aria-autocomplete="list"
          aria-expanded={open && offered.length > 0}
          aria-controls={`${id}-list`}
          aria-activedescendant={open && offered[active] ? `${id}-${active}` : undefined}
          onInput={event => show(event.currentTarget.value.trim())}
          onClick={showAll}
          onKeyDown={onKeyDown}
          // A part of a name that somebody looked for is no project.
          onBlur={() => choose('')}
        />
        <span class="dhs-arrow">
          <Icon path={DOWN} />
        </span>
        <div
          class="dhs-options"
          id={`${id}-list`}
          role="listbox"
          aria-label={trans.__('Projects')}
          hidden={!open || !offered.length}
        >
          {offered.map((project, index) => (
            <div
              key={project}
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === active}
              class="dhs-item"
              // Before the field loses the focus, and with it the list.
              onMouseDown={event => {
                event.preventDefault();
                choose(project);
              }}
            >
              {project}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}
