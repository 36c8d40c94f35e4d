import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

interface Packed {
  unpackedSize: number;
  files: { path: string; mode: number }[];
}

describe('the package', () => {
  let packed: Packed;
  let paths: string[];
  beforeAll(async () => {
    const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: root,
    });
    [packed] = JSON.parse(stdout);
    paths = packed.files.map(({ path }) => path).sort();
  });

  test('holds these files beside what is built', () => {
    expect(paths.filter((path) => !path.startsWith('dist/'))).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'bin/luigis-pins.js',
      'package.json',
    ]);
  });

  test('holds a file for each way in, the chunks that these lead to, and no code beside', () => {
    const entries = [
      'dist/cli.js',
      'dist/customization/schema-check.js',
      'dist/index.js',
      'dist/sandbox/server.js',
      'dist/skim/code.js',
    ];
    const reached = new Set(entries);
    for (const path of reached)
      for (const [, target = ''] of readFileSync(root + path, 'utf8').matchAll(
        /(?:from|import)\s*\(?["'`](\.[^"'`]+\.js)["'`]/g,
      ))
        reached.add(new URL(target, `file:///${path}`).pathname.slice(1));
    const code = paths.filter((path) => path.startsWith('dist/') && !path.endsWith('.d.ts'));
    expect(code).toEqual([...reached].sort());
    expect(code.filter((path) => !entries.includes(path) && !path.startsWith('dist/chunks/'))).toEqual([]);
  });

  test('holds the types of its exports, all that they import, and no others', () => {
    const declarations = paths.filter((path) => path.endsWith('.d.ts'));
    const imported = declarations.flatMap((path) =>
      [...readFileSync(root + path, 'utf8').matchAll(/['"](\.[^'"]+)\.js['"]/g)].map(([, target]) =>
        new URL(`${target}.d.ts`, `file:///${path}`).pathname.slice(1),
      ),
    );
    const exported = ['dist/index.d.ts', 'dist/sandbox/server.d.ts'];
    expect(declarations).toEqual([...new Set([...exported, ...imported])].sort());
  });

  test('is smaller than 300 kB', () => {
    expect(packed.unpackedSize).toBeLessThan(300_000);
  });

  test('has a command that can be executed', () => {
    const command = packed.files.find(({ path }) => path === 'bin/luigis-pins.js');
    expect((command?.mode ?? 0) & 0o111).toBe(0o111);
    expect(readFileSync(`${root}bin/luigis-pins.js`, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });
});

describe('the manifest', () => {
  test('runs nothing when the package is installed or packed', () => {
    expect(Object.keys(manifest.scripts)).not.toContainEqual(
      expect.stringMatching(/^(pre|post)|^(install|prepare|dependencies)$/),
    );
  });

  test('says what it runs on, what it gives, and under which licence', () => {
    expect(manifest).toMatchObject({
      license: 'MIT',
      type: 'module',
      sideEffects: false,
      engines: { node: '>=20.12' },
      bin: { 'luigis-pins': 'bin/luigis-pins.js' },
    });
    expect(Object.keys(manifest.exports)).toEqual(['.', './sandbox', './package.json']);
  });

  test('names these dependencies, each for its reason', () => {
    const reasons = {
      chalk: 'colour',
      commander: 'commands, options and their help',
      leven: 'the distance between what was written and what was meant',
      ndjson: 'writing events, and reading back our own journal',
      ora: 'progress on a terminal',
      'pretty-bytes': 'sizes for people',
      'proxy-from-env': 'HTTPS_PROXY and NO_PROXY, as everybody reads them',
    };
    expect(Object.keys(manifest.dependencies)).toEqual(Object.keys(reasons));
  });
});
