/**
 * Builds the widgets' front ends into the package: `widget.js`, `needform.js`, `widget.css` and `texts.json`.
 *
 * The module is saved with every notebook that shows it, so it has short marks in place of its texts. `texts.json` says for
 * each language what they mean, and the kernel hands one language over. What the widget says before that is in the module.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { catalogues, replaceTexts, textsOf } from './texts.mjs';

const OUT = '../dh_secrets_jupyter/static';
const marks = new Map();

/** Returns the mark of a text, or of a pair: a number to the base of 36. */
function markOf(texts) {
  if (!marks.has(texts[0])) {
    marks.set(texts[0], { mark: marks.size.toString(36), texts });
  }
  return marks.get(texts[0]).mark;
}

/** Returns the texts of all languages by their marks, of a language by its first two letters. */
function meanings(texts) {
  const chosen = [...marks.values()].filter(one => texts === undefined || texts.includes(one.texts[0]));
  const inLanguage = catalogue =>
    Object.fromEntries(chosen.map(({ mark, texts }) => [mark, catalogue[texts[0]] ?? texts]));
  const languages = Object.entries({ en: {}, ...catalogues() });
  return Object.fromEntries(languages.map(([locale, catalogue]) => [locale.slice(0, 2), inLanguage(catalogue)]));
}

const texts = {
  name: 'texts',
  setup({ onLoad, onResolve }) {
    onLoad({ filter: /labextension\/src\/.*\.tsx?$/ }, ({ path }) => ({
      contents: replaceTexts(readFileSync(path, 'utf8'), markOf),
      loader: path.endsWith('x') ? 'tsx' : 'ts'
    }));
    onResolve({ filter: /^catalogues$/ }, ({ path }) => ({ path, namespace: 'catalogues' }));
    onLoad({ filter: /.*/, namespace: 'catalogues' }, () => {
      const own = textsOf(readFileSync('src/widget.ts', 'utf8'));
      own.forEach(markOf);
      return { contents: JSON.stringify(meanings(own.map(([text]) => text))), loader: 'json' };
    });
  }
};

await build({
  entryPoints: ['src/widget.ts', 'src/needform.tsx', 'style/widget.css'],
  outdir: OUT,
  entryNames: '[name]',
  bundle: true,
  minify: true,
  // Names of private members are nobody else's.
  mangleProps: /^_./,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  // The renderer of the widget is what it uses of Preact.
  alias: Object.fromEntries(
    ['preact', 'preact/hooks', 'preact/jsx-runtime'].map(name => [name, './src/smallpreact.ts'])
  ),
  logLevel: 'warning',
  plugins: [texts]
});
writeFileSync(`${OUT}/texts.json`, JSON.stringify(meanings()));
