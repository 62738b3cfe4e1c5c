import { defineConfig } from 'vite';

export default defineConfig({
  // Relative addresses: the page works under any host name and any path prefix.
  base: './',
  build: {
    // The Content-Security-Policy allows files of this origin only, so nothing may become a data: URL.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
