/** Made by build-widget.mjs: of each language, by its first two letters, the translations that the widget uses. */
declare module 'catalogues' {
  const CATALOGUES: { [language: string]: import('./language').Catalogue };
  export default CATALOGUES;
}
