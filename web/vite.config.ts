import { defineConfig } from 'vitest/config';

// The build is committed and compared in CI, so its names carry no hash and its
// bytes depend on the sources and the lock file alone.
export default defineConfig({
  // Relative addresses: the page works behind any path prefix.
  base: './',
  build: {
    target: 'es2022',
    sourcemap: false,
    // Nothing is inlined: a strict Content-Security-Policy refuses data: addresses.
    assetsInlineLimit: 0,
    modulePreload: false,
    rolldownOptions: {
      output: {
        entryFileNames: 'assets/app.js',
        chunkFileNames: 'assets/[name].js',
        assetFileNames: 'assets/app[extname]',
      },
    },
  },
  worker: {
    format: 'es',
    rolldownOptions: { output: { entryFileNames: 'assets/layout.js' } },
  },
  // `npx vite` while working on the page: data from the exporter's default endpoint.
  server: { proxy: { '/api': 'http://localhost:8899' } },
  test: { include: ['src/**/*.test.ts'] },
});
