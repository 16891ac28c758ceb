/** A button with a text. */

import type { ButtonHTMLAttributes } from 'preact';

export function Button({ children, ...button }: ButtonHTMLAttributes) {
  return (
    <button type="button" class="dhs-button" {...button}>
      {children}
    </button>
  );
}
