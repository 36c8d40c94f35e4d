// Builds dist/, lean: code without comments and white space, and of the types only what the exports lead to.
// The names of functions stay, so that a stack trace tells. With --sourceMap, for coverage, code stays as the compiler writes it.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { minifySync } from 'rolldown/utils';

const root = new URL('./', import.meta.url);
const dist = new URL('dist/', root);
const mapped = process.argv.includes('--sourceMap');
const run = (command, ...args) => execFileSync(command, args, { cwd: fileURLToPath(root), stdio: 'inherit' });

rmSync(dist, { recursive: true, force: true });
run('tsc', '-p', 'tsconfig.build.json', '--removeComments', ...(mapped ? ['--sourceMap'] : []));
run('tsc', '-p', 'tsconfig.build.json', '--declaration', '--emitDeclarationOnly');

const { exports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
const needed = new Set();
for (const { types } of Object.values(exports)) if (types !== undefined) need(new URL(types, root));
for (const name of readdirSync(dist, { recursive: true })) {
  const file = new URL(name, dist);
  if (name.endsWith('.d.ts') && !needed.has(file.href)) rmSync(file);
  if (name.endsWith('.js') && !mapped) squeeze(file);
}
run('node', 'dist/customization/compile-schema.js');

function squeeze(file) {
  const { code, errors } = minifySync(file.pathname, readFileSync(file, 'utf8'), {
    module: true,
    compress: false,
    mangle: { keepNames: { function: true, class: true } },
  });
  if (errors.length > 0) throw errors[0];
  writeFileSync(file, code);
}

/** Notes declarations, and those that they import. */
function need(file) {
  if (needed.has(file.href)) return;
  needed.add(file.href);
  for (const [, path] of readFileSync(file, 'utf8').matchAll(/(?:from |import\()['"](\.[^'"]+)\.js['"]/g))
    need(new URL(`${path}.d.ts`, file));
}
