/** The widget's renderer is held to Preact: each test is run with both, in jsdom's page. */

import assert from 'node:assert/strict';
import { type Child, drawn, input, press, window, withBoth } from './renderers';

withBoth('by its key an element is the same wherever it goes, with what is typed in it', ({ h, render }, element) => {
  const show = (...keys: string[]) => {
    render(
      h(
        'ul',
        null,
        keys.map(key => h('li', { key }, h('input', { name: key })))
      ),
      element
    );
    return [...element.querySelectorAll('input')];
  };
  const [a, b, c] = show('a', 'b', 'c') as [HTMLInputElement, HTMLInputElement, HTMLInputElement];
  b.value = 'typed';
  const after = show('c', 'd', 'b', 'a');
  assert.deepEqual(
    after.map(({ name }) => name),
    ['c', 'd', 'b', 'a']
  );
  assert.deepEqual([after[0] === c, after[2] === b, after[3] === a, after[2]?.value], [true, true, true, 'typed']);
  assert.deepEqual(
    show('b').map(one => one === b),
    [true]
  );
  assert.deepEqual(show(), []);
});

withBoth('an element of another kind or key takes the place of the one before', ({ h, render }, element) => {
  const show = (child: Child) => {
    render(h('div', null, child, h('i', null)), element);
    return element.firstChild?.firstChild;
  };
  const first = show(h('p', null, 'text'));
  assert.equal(show(h('p', null, 'other')), first);
  assert.notEqual(show(h('p', { key: 1 }, 'other')), first);
  show(h('b', null, 'other'));
  assert.equal(element.innerHTML, '<div><b>other</b><i></i></div>');
});

withBoth('holes, numbers, lists and fragments stand in their places, and what is beside them stays', (r, element) => {
  const { h, Fragment, render } = r;
  const show = (child: Child) => {
    render(h('div', null, child, h('hr', null)), element);
    return element.querySelector('hr');
  };
  const rule = show(null);
  for (const [child, html] of [
    [false, ''],
    [0, '0'],
    ['a', 'a'],
    [[h('b', { key: 'b' }), null, 'c'], '<b></b>c'],
    [[], ''],
    [h(Fragment, null, h('b', null), [[1], undefined, true]), '<b></b>1'],
    [h(Fragment, null), '']
  ] as [Child, string][]) {
    assert.equal(show(child), rule);
    assert.equal(element.innerHTML, `<div>${html}<hr></div>`);
  }
});

withBoth('a component that shows more or less leaves its neighbours in their places', async (r, element) => {
  const { h, Fragment, render, useState } = r;
  let set = (_: number): void => undefined;
  const Many = () => {
    const [count, setCount] = useState(0);
    set = setCount;
    return h(
      Fragment,
      null,
      Array.from({ length: count }, (_, index) => h('b', { key: index }))
    );
  };
  render([h('i', null), h(Many, null), h('u', null)], element);
  const [before, after] = [element.querySelector('i'), element.querySelector('u')];
  for (const count of [2, 0, 3, 1]) {
    set(count);
    await drawn();
    assert.equal(element.innerHTML, `<i></i>${'<b></b>'.repeat(count)}<u></u>`);
  }
  assert.deepEqual([element.querySelector('i') === before, element.querySelector('u') === after], [true, true]);
});

withBoth('a ref has its element before any effect, that of now, and nothing once it is gone', (r, element) => {
  const { h, render, useRef, useLayoutEffect } = r;
  const seen: (string | undefined)[] = [];
  let own: { current: HTMLElement | null } = { current: null };
  const Shown = ({ kind }: { kind: string }) => {
    const ref = useRef<HTMLElement>(null);
    own = ref;
    useLayoutEffect(() => {
      seen.push(ref.current?.tagName);
    });
    return h(kind, { ref });
  };
  render(h(Shown, { kind: 'p' }), element);
  render(h(Shown, { kind: 'b' }), element);
  assert.deepEqual(seen, ['P', 'B']);
  render(null, element);
  assert.equal(own.current, null);
});

withBoth('a component hands out what it can do, that of its last drawing, until it goes', (r, element) => {
  const { h, render, useImperativeHandle } = r;
  const handle: { current: (() => string) | null } = { current: null };
  const Shown = ({ said }: { said: string }) => {
    useImperativeHandle(handle, () => () => said);
    return null;
  };
  render(h(Shown, { said: 'a' }), element);
  render(h(Shown, { said: 'b' }), element);
  assert.equal(handle.current?.(), 'b');
  render(null, element);
  assert.equal(handle.current, null);
});

withBoth('effects come from the inside out, their ends before them, and all end with the page', async (r, element) => {
  const { h, render, useLayoutEffect } = r;
  const log: string[] = [];
  const Logging = ({ name, dep, children }: { name: string; dep: number; children?: Child }) => {
    useLayoutEffect(() => {
      log.push(`${name}${dep}`);
      return () => log.push(`end ${name}${dep} ${element.querySelector(`#${name}`) ? 'shown' : 'gone'}`);
    }, [dep]);
    return h('div', { id: name }, children);
  };
  const show = async (outer: number, inner: number) => {
    render(h(Logging, { name: 'o', dep: outer }, h(Logging, { name: 'i', dep: inner })), element);
    await drawn();
    return log.splice(0);
  };
  assert.deepEqual(await show(1, 1), ['i1', 'o1']);
  assert.deepEqual(await show(1, 1), []);
  assert.deepEqual(await show(1, 2), ['end i1 shown', 'i2']);
  assert.deepEqual(await show(2, 2), ['end o1 shown', 'o2']);
  render(null, element);
  assert.deepEqual(log.sort(), ['end i2 shown', 'end o2 shown']);
  assert.equal(element.innerHTML, '');
});

withBoth(
  'an effect that goes through the page finds it drawn, and one that sets a state has it drawn',
  async (r, element) => {
    const { h, render, useEffect, useState } = r;
    const Measured = () => {
      const [found, setFound] = useState(0);
      useEffect(() => setFound(element.querySelectorAll('li').length), []);
      return h('ul', { title: String(found) }, h('li', null), h('li', null));
    };
    render(h(Measured, null), element);
    await drawn();
    assert.equal(element.querySelector('ul')?.title, '2');
  }
);

withBoth('a field has the value that it is given, whatever was typed', async (r, element) => {
  const { h, render, useState } = r;
  const Upper = () => {
    const [text, setText] = useState('');
    return h('input', {
      value: text,
      onInput: (event: Event) => setText((event.currentTarget as HTMLInputElement).value.toUpperCase().slice(0, 3))
    });
  };
  render(h(Upper, null), element);
  const field = input(element);
  for (const [typed, shown] of [
    ['a', 'A'],
    ['Ab', 'AB'],
    ['ABcd', 'ABC']
  ]) {
    field.value = typed as string;
    field.dispatchEvent(new window.Event('input', { bubbles: true }));
    await drawn();
    assert.equal(field.value, shown);
  }
  field.value = 'typed';
  render(h(Upper, null), element);
  assert.deepEqual([field.value, input(element) === field], ['ABC', true]);
});

withBoth('a default value is the first one, and later drawings leave what was typed', ({ h, render }, element) => {
  const show = () => render(h('input', { defaultValue: 'first' }), element);
  show();
  assert.equal(input(element).value, 'first');
  input(element).value = 'typed';
  show();
  assert.equal(input(element).value, 'typed');
});

withBoth('properties and attributes are set, changed and taken away', ({ h, render }, element) => {
  const show = (props: object) => {
    render(h('button', props, 'x'), element);
    return element.firstChild as HTMLButtonElement;
  };
  const shown = show({ class: 'a', 'aria-disabled': false, 'data-open': true, tabIndex: -1, disabled: true });
  assert.equal(shown.getAttribute('aria-disabled'), 'false');
  assert.equal(shown.getAttribute('data-open'), 'true');
  assert.deepEqual([shown.className, shown.tabIndex, shown.disabled], ['a', -1, true]);
  show({ class: 'b', 'aria-label': 'l', style: { top: '1px', position: 'absolute' } });
  assert.deepEqual([shown.className, shown.disabled, shown.hasAttribute('aria-disabled')], ['b', false, false]);
  assert.deepEqual([shown.style.top, shown.style.position], ['1px', 'absolute']);
  show({ style: { position: 'fixed' }, 'aria-label': undefined, hidden: true });
  assert.deepEqual([shown.style.top, shown.style.position, shown.hidden], ['', 'fixed', true]);
  assert.ok(!shown.hasAttribute('aria-label'));
  show({});
  assert.deepEqual([shown.style.position, shown.hidden, shown.className], ['', false, '']);
});

withBoth('a drawing is made of elements of SVG, and what follows it is not', ({ h, render }, element) => {
  render(h('p', null, h('svg', { viewBox: '0 0 1 1' }, h('path', { d: 'M0 0' })), h('b', null)), element);
  const names = [...element.querySelectorAll('*')].map(one => one.namespaceURI?.split('/').pop());
  assert.deepEqual(names, ['xhtml', 'svg', 'svg', 'xhtml']);
  assert.equal(element.querySelector('svg')?.getAttribute('viewBox'), '0 0 1 1');
});

withBoth('a listener is the last one that was given, or none', ({ h, render }, element) => {
  const heard: string[] = [];
  const show = (onClick?: () => void) => {
    render(h('button', { onClick }), element);
    press(element.querySelector('button'));
  };
  show(() => heard.push('a'));
  show(() => heard.push('b'));
  show();
  assert.deepEqual(heard, ['a', 'b']);
});

withBoth('changes of one moment are drawn at once, and a state that stays is not drawn again', async (r, element) => {
  const { h, render, useReducer, useState } = r;
  let drawings = 0;
  let inner = 0;
  const Inner = () => {
    inner++;
    return null;
  };
  const unchanging = h(Inner, null);
  const Counter = () => {
    drawings++;
    const [count, add] = useReducer((sum: number, by: number) => sum + by, 0);
    const [, setText] = useState('same');
    const more = () => {
      add(1);
      add(2);
      setText(before => before);
    };
    return h('button', { onClick: count < 3 ? more : () => add(0) }, count, unchanging);
  };
  render(h(Counter, null), element);
  press(element.querySelector('button'));
  await drawn();
  assert.deepEqual([element.textContent, drawings], ['3', 2]);
  press(element.querySelector('button'));
  await drawn();
  assert.deepEqual([element.textContent, drawings, inner], ['3', 2, 1]);
});

withBoth(
  'what is remembered is made anew only where what it depends on is another',
  ({ h, render, useMemo }, element) => {
    const made: number[] = [];
    const Shown = ({ dep }: { dep: number }) => {
      const count = useMemo(() => made.push(dep), [dep]);
      return h('p', null, count);
    };
    for (const dep of [1, 1, 2]) {
      render(h(Shown, { dep }), element);
    }
    assert.deepEqual(made, [1, 2]);
  }
);

withBoth('a component that is gone is not drawn again, and ends once', async (r, element) => {
  const { h, render, useEffect, useState } = r;
  let set = (_: number): void => undefined;
  let drawings = 0;
  let ends = 0;
  const Shown = () => {
    set = useState(0)[1];
    useEffect(
      () => () => {
        ends++;
      },
      []
    );
    drawings++;
    return h('p', null);
  };
  render(h('div', null, h(Shown, null)), element);
  await drawn();
  render(h('div', null), element);
  set(1);
  await drawn();
  render(null, element);
  assert.deepEqual([drawings, ends, element.innerHTML], [1, 1, '']);
});
