// Builds dist/: one file for each way in, and shared chunks, for every file that is loaded takes its time at the start.
// Code is without comments and white space; the names of functions stay, so that a stack trace tells. Of the types only
// what the exports lead to. With --sourceMap, for coverage, code stays file by file, as the compiler writes it.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { build } from 'rolldown';

const root = new URL('./', import.meta.url);
const SKIM = 'src/skim/assembly/record.ts';
const dist = new URL('dist/', root);
const mapped = process.argv.includes('--sourceMap');
const run = (command, ...args) => execFileSync(command, args, { cwd: fileURLToPath(root), stdio: 'inherit' });
const { exports, imports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));

rmSync(dist, { recursive: true, force: true });
run('tsc', '-p', 'tsconfig.build.json', '--removeComments', ...(mapped ? ['--sourceMap'] : []));
run('tsc', '-p', 'tsconfig.build.json', '--declaration', '--emitDeclarationOnly');
run('node', 'dist/customization/compile-schema.js');
await compileSkim();
keepNeededTypes();
await (mapped ? translateSkim() : bundle());

/**
 * The one part that is no JavaScript: src/skim/assembly/ becomes a WebAssembly module, which code.js holds. Its memory
 * has a fixed size: the longest record, what is read at once, and as much again.
 */
async function compileSkim() {
  const module = fileURLToPath(new URL('skim.wasm', dist));
  const pages = ['--initialMemory', '64', '--maximumMemory', '64'];
  const options = ['--runtime', 'stub', '--enable', 'simd', '-O3', ...pages, '--outFile', module];
  const { error, stderr } = await asc.main([fileURLToPath(new URL(SKIM, root)), ...options]);
  if (error) throw new Error(`${stderr}`, { cause: error });
  const code = readFileSync(module).toString('base64');
  rmSync(module);
  writeFileSync(new URL('skim/code.js', dist), `export const wasm = '${code}';\n`);
}

/** The same as JavaScript, for what is inside a WebAssembly module no coverage tells. */
async function translateSkim() {
  const file = fileURLToPath(new URL('skim/assembly/record.js', dist));
  await build({ input: fileURLToPath(new URL(SKIM, root)), output: { file, sourcemap: true } });
}

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
