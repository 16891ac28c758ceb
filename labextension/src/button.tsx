/** Buttons with a text, and with an icon alone. */

import type { ButtonHTMLAttributes } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { handOnFocus } from './focus';
import { Icon } from './icons';

export function Button({ children, ...button }: ButtonHTMLAttributes) {
  const element = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    const shown = element.current;
    return () => handOnFocus(shown);
  }, []);
  return (
    <button ref={element} type="button" class="dhs-button" {...button}>
      {children}
    </button>
  );
}

type Props = ButtonHTMLAttributes & { icon: string; label: string; kind?: string };

/** A button whose name is heard, and seen as its title where that says nothing else. `kind` is a class of its own. */
export function IconButton({ icon, label, kind = '', ...button }: Props) {
  return (
    <Button class={`dhs-icon-button ${kind}`} aria-label={label} title={label} {...button}>
      <Icon path={icon} />
    </Button>
  );
}
