/**
 * Builds the widgets' front ends into the package: of each `NAME.js` and its texts, `NAME.json`, and `widget.css`.
 *
 * A module is saved with every notebook that shows it. So it has numbers in place of its texts, and short names of classes
 * and of members. `NAME.json` has the texts of each language by their numbers, and the kernel hands one language over; what
 * is said before that is in the module.
 *
 * 1. A module is bundled once to see which sources have a part in it.
 * 2. The texts of these get their numbers, first those that it has to know by itself.
 * 3. It is bundled again, with the numbers.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'node:path';
import { build } from 'esbuild';
import { minify } from 'terser';
import { catalogues, joined, replaceTexts, textsOf } from './texts.mjs';

const OUT = '../dh_secrets_jupyter/static';
/** What the widgets use of Preact, in its place. */
const RENDERER = './src/smallpreact.ts';
/** Members that nobody else knows by name: no browser, no kernel, no theme. */
const MEMBERS = `accepted action AmongNotices assumedProject badLines BelowProject button cellsReason changes choose cleanup
  closeDialog current destroys dialog disabledReason dropped effects front handle held hooks importValues indexes inSvg
  isCurrent isGone isOffered isOpen isStop kernel kids kind label listProblem loadProjects notice openDialog openMenu
  openSettings problem putAgain refuse scrolled secret setFront setInView setLive setOrder setProject setSearch store subject
  trans transport tryAgain undoable`;
const OURS = new RegExp(`^_.|^(?:${MEMBERS.split(/\s+/).join('|')})$`);
/** Classes and style variables of ours, but that of the kernel's own table. */
const STYLED = /\bdhs-(?!fallback)[a-z]+(?:-[a-z]+)*/g;

const languages = Object.entries({ en: {}, ...catalogues() });
const shortened = new Map();

/** Puts short names in the place of ours: made of the name alone, for a page may show front ends of several versions. */
function shorten(source) {
  return source.replace(STYLED, name => {
    const hash = [...name].reduce((sum, sign) => (sum * 31 + sign.charCodeAt(0)) % 36 ** 3, 0);
    const short = `d${hash.toString(36)}`;
    if ((shortened.get(short) ?? name) !== name) {
      throw new Error(`${name} and ${shortened.get(short)} have one short name`);
    }
    shortened.set(short, name);
    return short;
  });
}

function read(path) {
  return readFileSync(path, 'utf8');
}

/** Returns texts in their order, of each language by its first two letters. */
function said(texts) {
  const inLanguage = catalogue => texts.map(forms => joined(catalogue[forms[0]] ?? forms));
  return Object.fromEntries(languages.map(([locale, catalogue]) => [locale.slice(0, 2), inLanguage(catalogue)]));
}

async function bundle(entry, options) {
  return build({
    entryPoints: [entry],
    outdir: OUT,
    entryNames: '[name]',
    bundle: true,
    minify: true,
    mangleProps: OURS,
    charset: 'utf8',
    format: 'esm',
    target: 'es2022',
    alias: { preact: RENDERER, 'preact/hooks': RENDERER },
    inject: [RENDERER],
    tsconfigRaw: {
      compilerOptions: {
        jsx: 'react',
        jsxFactory: 'h',
        jsxFragmentFactory: 'Fragment',
        useDefineForClassFields: false
      }
    },
    logLevel: 'warning',
    ...options
  });
}

/** Returns the sources that have a part in a module. */
async function sourcesOf(entry) {
  const { metafile } = await bundle(entry, { write: false, metafile: true, external: ['catalogues'] });
  const parts = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
  return parts.filter(([path, { bytesInOutput }]) => bytesInOutput && path.startsWith('src/')).map(([path]) => path);
}

/** Bundles a module and writes its texts, but those of the sources `first`, which it has to know by itself. */
async function buildModule(entry, first) {
  const sources = [...first, ...(await sourcesOf(entry)).sort()];
  const texts = [...new Map(sources.flatMap(path => textsOf(read(path))).map(forms => [forms[0], forms])).values()];
  const own = new Set(first.flatMap(path => textsOf(read(path))).map(([text]) => text)).size;
  const numbers = texts.map(([text]) => text);
  const plugin = {
    name: 'numbers',
    setup({ onLoad, onResolve }) {
      onLoad({ filter: /labextension\/src\/.*\.tsx?$/ }, ({ path }) => ({
        contents: shorten(replaceTexts(read(path), ([text]) => numbers.indexOf(text))),
        loader: path.endsWith('x') ? 'tsx' : 'ts'
      }));
      onResolve({ filter: /^catalogues$/ }, ({ path }) => ({ path, namespace: 'catalogues' }));
      onLoad({ filter: /.*/, namespace: 'catalogues' }, () => ({
        contents: JSON.stringify(said(texts.slice(0, own))),
        loader: 'json'
      }));
    }
  };
  const { outputFiles } = await bundle(entry, { write: false, plugins: [plugin] });
  // It inlines and folds what esbuild leaves: a kilobyte.
  const { code } = await minify(outputFiles[0].text, {
    module: true,
    ecma: 2020,
    compress: { passes: 3, pure_getters: true, unsafe_arrows: true }
  });
  const { name } = parse(entry);
  writeFileSync(`${OUT}/${name}.js`, code);
  writeFileSync(`${OUT}/${name}.json`, JSON.stringify(said(texts.slice(own))));
}

mkdirSync(OUT, { recursive: true });
await buildModule('src/widget.ts', ['src/widget.ts']);
await buildModule('src/needform.tsx', []);
await bundle('style/widget.css', {
  plugins: [
    {
      name: 'classes',
      setup({ onLoad }) {
        onLoad({ filter: /\.css$/ }, ({ path }) => ({ contents: shorten(read(path)), loader: 'css' }));
      }
    }
  ]
});
