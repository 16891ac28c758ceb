/** Made by build-widget.mjs: of each language, by its first two letters, what the widget says before the kernel answers. */
declare module 'catalogues' {
  const CATALOGUES: { [language: string]: import('./language').Catalogue };
  export default CATALOGUES;
}
