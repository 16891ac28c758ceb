/** The widget's renderer beside Preact, and a page for both: jsdom's. */

import { test } from 'node:test';
import { JSDOM } from 'jsdom';
import * as preact from 'preact';
import * as hooks from 'preact/hooks';
import * as small from '../src/smallpreact';

export const { window } = new JSDOM('<!doctype html><body></body>');
Object.assign(globalThis, { document: window.document, window });
// What Preact does after the next frame it does at once, as the widget's renderer does.
preact.options.requestAnimationFrame = callback => queueMicrotask(() => callback());
preact.options.debounceRendering = queueMicrotask;

type Renderer = Pick<typeof preact, 'h' | 'Fragment' | 'render'> & typeof hooks;
export type Child = preact.ComponentChild;
const RENDERERS = { Preact: { ...preact, ...hooks }, 'the widget’s': small as unknown as Renderer };

/** Runs a test with both renderers, each with an element of its own in the page. */
export function withBoth(name: string, run: (renderer: Renderer, element: HTMLElement) => Promise<void> | void): void {
  for (const [whose, renderer] of Object.entries(RENDERERS)) {
    test(`${name}, with ${whose} renderer`, async () => {
      const element = window.document.body.appendChild(window.document.createElement('div'));
      await run(renderer, element);
      element.remove();
    });
  }
}

/** Waits until what was changed is drawn, and what is done afterwards is done. */
export async function drawn(): Promise<void> {
  await new Promise(resolve => setTimeout(resolve, 0));
  await new Promise(resolve => setTimeout(resolve, 0));
}

export function input(element: HTMLElement): HTMLInputElement {
  return element.querySelector('input') as HTMLInputElement;
}

export function press(element: HTMLElement | null): void {
  element?.dispatchEvent(new window.Event('click', { bubbles: true }));
}
