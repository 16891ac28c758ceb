/**
 * What of Preact the view uses, in a fifth of its size. The widget, whose code is in each notebook that saves widget state,
 * is built with this in its place; types and the side panel are Preact's.
 * To render is to diff (make and update `Live` nodes: elements, texts, and groups, which have no element of their own), then
 * to place what is not where it belongs, then to do what had to wait (refs, effects), that of children first.
 */

type Component = (props: Props) => Child;
type Type = string | Component;
interface VNode {
  type: Type;
  props: Props;
  key: unknown;
}
type Child = VNode | string | number | boolean | null | undefined | Child[];
interface Props {
  [name: string]: unknown;
}
type Effect = () => undefined | (() => void);
interface Hook {
  value?: unknown;
  deps?: readonly unknown[] | undefined;
  cleanup?: (() => void) | undefined;
  set?(next: unknown): void;
}

interface Live {
  node: VNode;
  depth: number;
  dom: Element | Text | null;
  inSvg: boolean;
  kids: Live[];
  hooks: Hook[];
  effects: (() => void)[];
  isGone: boolean;
}

const TEXT = '';
const SVG = 'http://www.w3.org/2000/svg';
const roots = new WeakMap<Element, Live>();
const dirty = new Set<Live>();
const listeners = new WeakMap<Element, { [event: string]: unknown }>();
const afterwards: (() => void)[] = [];
let current: Live;
let nextHook = 0;
let isRenderDue = false;

export const Fragment: Component = ({ children }) => children as Child;

/** Makes a node: what JSX stands for. */
export function h(type: Type, props: Props | null, ...children: Child[]): VNode {
  const { key, ...rest } = props ?? {};
  return { type, key, props: { ...rest, children } };
}

export function render(child: Child, container: Element): void {
  const before = roots.get(container);
  const root = diff(before, h(Fragment, null, child), 0, false);
  roots.set(container, root);
  place(root, container, null);
  finish();
}

/** Makes a live node or updates the one that was there. */
function diff(before: Live | undefined, node: VNode, depth: number, inSvg: boolean): Live {
  if (before?.node === node) {
    return before;
  }
  const live = before ?? { node, depth, dom: null, inSvg, kids: [], hooks: [], effects: [], isGone: false };
  const old: Props = before ? before.node.props : {};
  const { type, props } = node;
  live.node = node;
  if (typeof type === 'function') {
    renderComponent(live);
  } else if (type === TEXT) {
    live.dom ??= document.createTextNode('');
    (live.dom as Text).data = String(props.text);
  } else {
    live.inSvg ||= type === 'svg';
    const made = live.inSvg ? () => document.createElementNS(SVG, type) : () => document.createElement(type);
    const element = (live.dom as Element | null) ?? made();
    live.dom = element;
    for (const name of new Set([...Object.keys(old), ...Object.keys(props)])) {
      setProp(element, name, props[name], old[name], live.inSvg);
    }
    diffKids(live, props.children as Child);
    live.kids.reduceRight<Node | null>((anchor, kid) => place(kid, element, anchor), null);
    if (props.ref !== old.ref) {
      afterwards.push(() => setRef(props.ref, element));
    }
  }
  return live;
}

function renderComponent(live: Live): void {
  const { type, props } = live.node;
  dirty.delete(live);
  current = live;
  nextHook = 0;
  const child = (type as Component)(props);
  diffKids(live, child);
  afterwards.push(...live.effects.splice(0));
}

function diffKids(live: Live, children: Child): void {
  const list = Array.isArray(children) ? children : [children];
  const nodes = (list.length > 0 ? list : ['']).map(toNode);
  const keyed = new Map(live.kids.filter(kid => kid.node.key !== undefined).map(kid => [kid.node.key, kid]));
  const used = new Set<Live>();
  const before = live.kids;
  live.kids = nodes.map((node, index) => {
    const same = node.key === undefined ? before[index] : keyed.get(node.key);
    const matching = same && same.node.type === node.type && same.node.key === node.key ? same : undefined;
    const kid = diff(matching, node, live.depth + 1, live.inSvg);
    used.add(kid);
    return kid;
  });
  for (const kid of before) {
    if (!used.has(kid)) {
      remove(kid);
    }
  }
}

/** A hole is an empty text, so that what follows keeps its place; a list is a group. */
function toNode(child: Child): VNode {
  if (Array.isArray(child)) {
    return h(Fragment, null, ...child);
  }
  return typeof child === 'object' && child !== null
    ? child
    : h(TEXT, { text: child === null || typeof child === 'boolean' ? '' : (child ?? '') });
}

/** Puts what a node shows before an anchor, where it is not there already; returns its first piece of the page. */
function place(live: Live, parent: Element, anchor: Node | null): Node | null {
  const { dom, kids } = live;
  if (!dom) {
    return kids.reduceRight((next, kid) => place(kid, parent, next), anchor);
  }
  if (dom.parentNode !== parent || dom.nextSibling !== anchor) {
    parent.insertBefore(dom, anchor);
  }
  return dom;
}

function remove(live: Live): void {
  end(live);
  for (const dom of pieces(live)) {
    dom.remove();
  }
}

/** Ends a node and all below it, while they are still in the page. */
function end(live: Live): void {
  live.isGone = true;
  for (const { cleanup } of live.hooks) {
    cleanup?.();
  }
  setRef(live.node.props.ref, null);
  live.kids.forEach(end);
}

function pieces({ dom, kids }: Live): (Element | Text)[] {
  return dom ? [dom] : kids.flatMap(pieces);
}

function setRef(ref: unknown, current: unknown): void {
  Object.assign(ref ?? {}, { current });
}

function setProp(element: Element, name: string, value: unknown, old: unknown, inSvg: boolean): void {
  const target = element as unknown as Props;
  if (name === 'children' || name === 'ref' || (name === 'value' ? target[name] === value : value === old)) {
    return;
  }
  if (name.startsWith('on')) {
    listen(element, name.slice(2).toLowerCase(), value);
  } else if (name === 'style') {
    const { style } = element as HTMLElement;
    for (const property of Object.keys({ ...(old as object), ...(value as object) })) {
      (style as unknown as Props)[property] = (value as Props | undefined)?.[property] ?? '';
    }
  } else if (!inSvg && name in element && name !== 'list' && name !== 'popover') {
    target[name] = value ?? '';
  } else {
    // Of aria-… and data-… a `false` is a value.
    value === undefined || value === null || (value === false && name[4] !== '-')
      ? element.removeAttribute(name)
      : element.setAttribute(name, String(value));
  }
}

function listen(element: Element, event: string, listener: unknown): void {
  let heard = listeners.get(element);
  if (!heard) {
    heard = {};
    listeners.set(element, heard);
  }
  if (!(event in heard)) {
    element.addEventListener(event, happened => (listeners.get(element)?.[event] as EventListener | null)?.(happened));
  }
  heard[event] = listener;
}

/** Renders a component again soon, together with what else changes in the same moment. */
function renderSoon(live: Live): void {
  dirty.add(live);
  if (!isRenderDue) {
    isRenderDue = true;
    queueMicrotask(renderDirty);
  }
}

function renderDirty(): void {
  isRenderDue = false;
  for (const live of [...dirty].sort((a, b) => a.depth - b.depth)) {
    if (dirty.delete(live) && !live.isGone) {
      const shown = pieces(live);
      const parent = shown[0]?.parentElement;
      const anchor = shown.at(-1)?.nextSibling ?? null;
      renderComponent(live);
      if (parent) {
        place(live, parent, anchor);
      }
    }
  }
  finish();
}

function finish(): void {
  for (const one of afterwards.splice(0)) {
    one();
  }
}

function hook(): Hook {
  const found = current.hooks[nextHook] ?? {};
  current.hooks[nextHook] = found;
  nextHook++;
  return found;
}

function differ(before: readonly unknown[] | undefined, deps: readonly unknown[] | undefined): boolean {
  return !before || !deps || deps.some((dep, index) => !Object.is(dep, before[index]));
}

export function useReducer(reduce: (state: unknown, action: unknown) => unknown, first: unknown): unknown[] {
  const found = hook();
  const live = current;
  if (!found.set) {
    found.value = typeof first === 'function' ? first() : first;
    found.set = action => {
      const next = reduce(found.value, action);
      if (!Object.is(next, found.value)) {
        found.value = next;
        renderSoon(live);
      }
    };
  }
  return [found.value, found.set];
}

export function useState(first: unknown): unknown[] {
  return useReducer((state, next) => (typeof next === 'function' ? next(state) : next), first);
}

export function useRef(first: unknown): unknown {
  return useState(() => ({ current: first }))[0];
}

export function useMemo(make: () => unknown, deps: readonly unknown[]): unknown {
  const found = hook();
  if (differ(found.deps, deps)) {
    found.value = make();
    found.deps = deps;
  }
  return found.value;
}

export function useLayoutEffect(effect: Effect, deps?: readonly unknown[]): void {
  const found = hook();
  const { effects } = current;
  if (differ(found.deps, deps)) {
    found.deps = deps;
    effects.push(() => {
      found.cleanup?.();
      found.cleanup = effect();
    });
  }
}
export { useLayoutEffect as useEffect };

export function useImperativeHandle(ref: unknown, make: () => unknown, deps?: readonly unknown[]): void {
  useLayoutEffect(() => {
    setRef(ref, make());
    return () => setRef(ref, null);
  }, deps);
}
