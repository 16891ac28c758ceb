/** Builds the widget's front end: one module and one style sheet, with the translations of the texts that it says. */

import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { catalogues, textsOf } from './texts.mjs';

const options = {
  entryPoints: ['src/widget.ts', 'style/widget.css'],
  outdir: '../dh_secrets_jupyter/static',
  entryNames: '[name]',
  bundle: true,
  minify: true,
  // Names of private members are nobody else's.
  mangleProps: /^_./,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  logLevel: 'warning'
};

/** Resolves the module `catalogues` to the translations of these texts. */
function translations(texts) {
  const known = Object.entries(catalogues()).map(([locale, catalogue]) => [
    locale.slice(0, 2),
    Object.fromEntries(texts.filter(([text]) => text in catalogue).map(([text]) => [text, catalogue[text]]))
  ]);
  const contents = JSON.stringify(Object.fromEntries(known));
  return {
    name: 'catalogues',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^catalogues$/ }, ({ path }) => ({ path, namespace: 'catalogues' }));
      onLoad({ filter: /.*/, namespace: 'catalogues' }, () => ({ contents, loader: 'json' }));
    }
  };
}

// Which sources the widget is made of is known once it is built.
const { metafile } = await build({ ...options, write: false, metafile: true, plugins: [translations([])] });
const sources = Object.keys(metafile.inputs).filter(path => path.startsWith('src/'));
await build({ ...options, plugins: [translations(sources.flatMap(path => textsOf(readFileSync(path, 'utf8'))))] });
