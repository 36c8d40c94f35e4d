// Builds dist/: one file for each way in, and shared chunks, for every file that is loaded takes its time at the start.
// Code is without comments and white space; the names of functions stay, so that a stack trace tells. Of the types only
// what the exports lead to. With --sourceMap, for coverage, code stays file by file, as the compiler writes it.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const root = new URL('./', import.meta.url);
const dist = new URL('dist/', root);
const mapped = process.argv.includes('--sourceMap');
const run = (command, ...args) => execFileSync(command, args, { cwd: fileURLToPath(root), stdio: 'inherit' });
const { exports, imports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));

rmSync(dist, { recursive: true, force: true });
run('tsc', '-p', 'tsconfig.build.json', '--removeComments', ...(mapped ? ['--sourceMap'] : []));
run('tsc', '-p', 'tsconfig.build.json', '--declaration', '--emitDeclarationOnly');
run('node', 'dist/customization/compile-schema.js');
keepNeededTypes();
if (!mapped) await bundle();

/** What package.json and the executable lead to. */
function entries() {
  const paths = [...Object.values(exports), ...Object.values(imports)].map((target) => target.default);
  return ['./dist/cli.js', ...paths.filter((path) => path !== undefined)];
}

async function bundle() {
  const written = jsFiles();
  const name = (path) => path.slice('./dist/'.length, -'.js'.length);
  const { output } = await build({
    cwd: fileURLToPath(root),
    input: Object.fromEntries(entries().map((path) => [name(path), path])),
    platform: 'node',
    // Bare names are dependencies, or imports of this package that have files of their own.
    external: /^[^./]/,
    output: {
      dir: 'dist',
      chunkFileNames: 'chunks/[name].js',
      minify: {
        compress: false,
        mangle: { keepNames: { function: true, class: true } },
        codegen: { removeWhitespace: true },
      },
    },
  });
  const bundled = new Set(output.map(({ fileName }) => fileName));
  for (const file of written) if (!bundled.has(file)) rmSync(new URL(file, dist));
}

function jsFiles() {
  return readdirSync(dist, { recursive: true }).filter((name) => name.endsWith('.js'));
}

/** Of the types, those that the exports show, and those that these import. */
function keepNeededTypes() {
  const needed = new Set();
  const need = (file) => {
    if (needed.has(file.href)) return;
    needed.add(file.href);
    for (const [, path] of readFileSync(file, 'utf8').matchAll(/(?:from |import\()['"](\.[^'"]+)\.js['"]/g))
      need(new URL(`${path}.d.ts`, file));
  };
  for (const { types } of Object.values(exports)) if (types !== undefined) need(new URL(types, root));
  for (const name of readdirSync(dist, { recursive: true })) {
    const file = new URL(name, dist);
    if (name.endsWith('.d.ts') && !needed.has(file.href)) rmSync(file);
  }
}
