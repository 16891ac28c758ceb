/**
 * Builds the widgets' front ends into the package: of each `NAME.js` and its texts, `NAME.json`, and `widget.css`.
 *
 * A module is saved with every notebook that shows it. So it has numbers in place of its texts, and short names of classes
 * and of private members. `NAME.json` has the texts of each language in the order of their numbers, and the kernel hands one
 * language over; what is said before that is in the module.
 *
 * 1. A module is bundled once with a mark in place of each text, to see which it says.
 * 2. These get their numbers, first those that it has to know by itself.
 * 3. It is bundled again, with the numbers.
 */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'node:path';
import { build } from 'esbuild';
import { minify } from 'terser';
import { catalogues, joined, replaceTexts, textsOf } from './texts.mjs';

const OUT = '../dh_secrets_jupyter/static';
/** What the widgets use of Preact, in its place. */
const RENDERER = './src/smallpreact.ts';
/** Members that are private to a class, and the longest of those that nothing but our own code reads. */
const OURS =
  'closeDialog|disabledReason|importValues|isOffered|listProblem|loadProjects|openDialog|openMenu|putAgain|refuse|' +
  'setInView|setLive|setOrder|setProject|setSearch|tryAgain|undoable';
const PRIVATE = new RegExp(`^_.|^(?:${OURS})$`);
/** Classes and style variables of ours, but that of the kernel's own table. */
const STYLED = /\bdhs-(?!fallback)[a-z]+(?:-[a-z]+)*/g;
const SIGNS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
/** What stands around a text's number where the code is searched for it. */
const MARK = '¤';
/** What stands between two texts. */
const BETWEEN = '~';

const languages = Object.entries({ en: {}, ...catalogues() });
const shortened = new Map();

/** Puts short names in the place of ours: made of the name alone, for a page may show front ends of several versions. */
function shorten(source) {
  return source.replace(STYLED, name => {
    const hash = [...name].reduce((sum, sign) => (sum * 33 + sign.charCodeAt(0)) % SIGNS.length ** 2, 0);
    const short = `d${SIGNS[Math.floor(hash / SIGNS.length)]}${SIGNS[hash % SIGNS.length]}`;
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

/** Returns the texts of each language as one: quotes and commas would be a fifteenth of them. */
function inOne(languages) {
  if (Object.values(languages).some(texts => texts.join('').includes(BETWEEN))) {
    throw new Error(`${BETWEEN} stands between texts, and in one of them`);
  }
  return Object.fromEntries(Object.entries(languages).map(([language, texts]) => [language, texts.join(BETWEEN)]));
}

async function bundle(entry, options) {
  return build({
    entryPoints: [entry],
    outdir: OUT,
    entryNames: '[name]',
    bundle: true,
    minify: true,
    mangleProps: PRIVATE,
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

/** Reads the sources with a number, or what else stands for it, in place of each text. */
function numbering(numberOf, own) {
  return {
    name: 'numbers',
    setup({ onLoad, onResolve }) {
      onLoad({ filter: /labextension\/src\/.*\.tsx?$/ }, ({ path }) => ({
        contents: shorten(replaceTexts(read(path), ([text]) => numberOf(text))),
        loader: path.endsWith('x') ? 'tsx' : 'ts'
      }));
      onResolve({ filter: /^catalogues$/ }, ({ path }) => ({ path, namespace: 'catalogues' }));
      onLoad({ filter: /.*/, namespace: 'catalogues' }, () => ({
        contents: JSON.stringify(said(own)),
        loader: 'json'
      }));
    }
  };
}

/** Returns the texts of some sources, each once. */
function textsOfAll(paths) {
  return [...new Map(paths.flatMap(path => textsOf(read(path))).map(forms => [forms[0], forms])).values()];
}

/** Returns the texts that a module says, of all that its sources have. */
async function textsIn(entry) {
  const texts = textsOfAll(
    readdirSync('src')
      .sort()
      .map(name => `src/${name}`)
  );
  const numbers = texts.map(([text]) => text);
  const marks = numbering(text => `'${MARK}${numbers.indexOf(text)}${MARK}'`, []);
  const { outputFiles } = await bundle(entry, { write: false, plugins: [marks] });
  return texts.filter((_, number) => outputFiles[0].text.includes(`${MARK}${number}${MARK}`));
}

/** Bundles a module and writes its texts, but those of the sources `first`, which it has to know by itself. */
async function buildModule(entry, first) {
  const own = textsOfAll(first);
  const others = (await textsIn(entry)).filter(([text]) => !own.some(([known]) => known === text));
  const numbers = [...own, ...others].map(([text]) => text);
  const plugins = [numbering(text => numbers.indexOf(text), own)];
  const { outputFiles } = await bundle(entry, { write: false, plugins });
  // It inlines and folds what esbuild leaves: a kilobyte.
  const { code } = await minify(outputFiles[0].text, {
    module: true,
    ecma: 2020,
    compress: { passes: 3, pure_getters: true, unsafe_arrows: true }
  });
  const { name } = parse(entry);
  writeFileSync(`${OUT}/${name}.js`, code);
  writeFileSync(`${OUT}/${name}.json`, JSON.stringify(inOne(said(others))));
}

mkdirSync(OUT, { recursive: true });
await buildModule('src/widget.ts', ['src/widget.ts']);
await buildModule('src/needform.tsx', []);
await bundle('style/widget.css', {
  plugins: [
    {
      name: 'classes',
      setup({ onLoad }) {
        onLoad({ filter: /\.css$/ }, ({ path }) => ({
          contents: shorten(read(path))
            .replaceAll(', ', ',')
            .replaceAll(/(--\w+): /g, '$1:'),
          loader: 'css'
        }));
      }
    }
  ]
});
