import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Coverage is Node's own, of the built files: so a line counts whether the test's process or the executable,
// in a process of its own, runs it. The tests then have to load what is built, too.
const measured = process.env['NODE_V8_COVERAGE'] !== undefined;
const dist = fileURLToPath(new URL('dist/', import.meta.url));

export default defineConfig({
  // Relative, or absolute, as a path that is no literal arrives here.
  ...(measured && { resolve: { alias: [{ find: /^.*\/src\/(?=.*\.js$)/, replacement: dist }] } }),
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    // Most tests wait for a process that they spawned.
    maxWorkers: 2,
    ...(measured && {
      // What is built to be measured is not what ships.
      exclude: ['test/package/**'],
      setupFiles: ['.ci/flush-coverage.js'],
      server: { deps: { external: [/\/dist\//] } },
    }),
  },
});
