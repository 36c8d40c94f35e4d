import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { runCli } from '../chaos/run.js';
import { checked, line } from '../checked.js';

const lines = Array.from({ length: 40 }, (_, at) => line({ target_identity: `sku-${at}` }));
const ndjson = `${lines.join('\n')}\n`;
const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16();
const piped = (program: string, args: string[], input: string) => execFileSync(program, args, { input });

describe('what is no UTF-8 JSON is named, and told how to become so', () => {
  test.each<[string, Uint8Array | string, RegExp, RegExp]>([
    ['UTF-16 with a mark', Buffer.from(`\ufeff${ndjson}`, 'utf16le'), /UTF-16/, /iconv -f UTF-16/],
    ['UTF-16, big end first, with a mark', utf16be(`\ufeff${ndjson}`), /UTF-16/, /iconv/],
    ['UTF-16 without a mark', Buffer.from(ndjson, 'utf16le'), /UTF-16/, /iconv/],
    ['UTF-16, big end first, without a mark', utf16be(ndjson), /UTF-16/, /iconv/],
    ['UTF-16 after a line break', Buffer.from(`\n${ndjson}`, 'utf16le'), /UTF-16/, /iconv/],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0]), /UTF-32/, /iconv -f UTF-32/],
    ['a ZIP archive', Buffer.from('PK\u0003\u0004rest'), /ZIP/, /unzip -p/],
    ['xz', piped('xz', ['-c'], ndjson), /xz/, /xz -dc/],
    ['zstd', piped('zstd', ['-qc'], ndjson), /zstd/, /zstd -dc/],
    ['bzip2', piped('bzip2', ['-c'], ndjson), /bzip2/, /bzip2 -dc/],
    ['xz inside gzip', gzipSync(piped('xz', ['-c'], ndjson)), /xz/, /xz -dc/],
    ['a PDF', '%PDF-1.7', /PDF/, /JSON/],
    ['a web page', '\ufeff\n <!doctype html>\n<title>Sign in</title>', /HTML/, /error page/],
    ['a table with semicolons', 'model;target_type;position\nbasket;item;1\n', /table/, /JSON or NDJSON/],
    ['a table with quotes and tabs', '"model"\t"target type"\t"position"\n', /table/, /JSON or NDJSON/],
  ])('%s', async (_name, input, what, cure) => {
    for (const rules of [{}, { lenient: true, allowEmpty: true }]) {
      const { problems, broken, taken } = await checked(input, rules);
      expect(problems.map(({ code, message, hint }) => [code, message, hint])).toEqual([
        ['foreign-format', expect.stringMatching(what), expect.stringMatching(cure)],
      ]);
      expect({ broken, taken }).toEqual({ broken: true, taken: 0 });
    }
  });

  test.each([
    ['an array of names', '["a", "b", "c"]'],
    ['an object on several lines', '{\n"a": 1, "b": 2, "c": 3}'],
    ['words', 'model basket'],
    ['an address', 'see: http://a,b,c'],
  ])('but %s is no other format', async (_name, input) => {
    expect((await checked(input)).shown.join()).not.toContain('foreign-format');
  });
});

describe('an input that was cut short is never a shorter success, whatever is allowed', () => {
  const cuts: [string, Uint8Array][] = [
    ...[1, 2, 30, 90].map((bytes): [string, Uint8Array] => [
      `a last line without its last ${bytes + 1} bytes`,
      Buffer.from(ndjson.slice(0, -1 - bytes)),
    ]),
    ['a last line of one brace', Buffer.from(`${ndjson}{`)],
    ['an array without its end', Buffer.from(`[${lines.join(',')}`)],
    ['an array cut after a comma', Buffer.from(`[${lines.join(',')},`)],
    ['an array cut inside an element', Buffer.from(`[${lines.join(',\n')}`.slice(0, -20))],
    ['an array of which nothing but "[" arrived', Buffer.from('[')],
    ['pretty JSON cut short', Buffer.from(JSON.stringify(JSON.parse(lines[0] ?? ''), null, 2).slice(0, -3))],
    ...[4, 9, 100].map((bytes): [string, Uint8Array] => [
      `gzip without its last ${bytes} bytes`,
      gzipSync(ndjson).subarray(0, -bytes),
    ]),
    ['gzip of which ten bytes arrived', gzipSync(ndjson).subarray(0, 10)],
  ];

  test.each(cuts)('%s', async (_name, input) => {
    for (const rules of [{}, { lenient: true, allowEmpty: true, allowDuplicates: true }]) {
      const { broken, errors } = await checked(input, rules);
      expect({ broken, isAnError: errors > 0 }).toEqual({ broken: true, isAnError: true });
    }
  });

  test('not even where one of several files is whole', async () => {
    const { broken, shown } = await checked([
      ndjson,
      gzipSync(ndjson).subarray(0, -9),
      line({ target_identity: 'z' }),
    ]);
    expect(broken).toBe(true);
    expect(shown).toContain('0 gzip-broken');
  });

  test('and nothing of it is sent with --skip-invalid', async () => {
    for (const [, input] of [cuts[2], cuts[5], cuts[11]].filter((cut) => cut !== undefined)) {
      const run = await runCli(['push', '--skip-invalid', '--sandbox'], { stdin: input });
      expect(run).toMatchObject({ code: 3, stdout: expect.stringContaining(' 0 accepted ') });
      expect(run.stderr).not.toContain('without the others');
    }
  });
});

test('places stay true after a file that is another format, or is cut short', async () => {
  const twice = line({ target_identity: 'twice' });
  const { problems } = await checked([
    Buffer.from(ndjson, 'utf16le'),
    `\n${twice}`,
    gzipSync(ndjson).subarray(0, -9),
    `${line({ target_identity: 'once' })}\n${twice}`,
  ]);
  expect(problems.at(-1)).toMatchObject({
    file: 'd',
    line: 2,
    message: expect.stringContaining('given at b:2.'),
  });
});

describe('limits', () => {
  test.each([
    ['brackets', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['braces', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['brackets that never close', '['.repeat(100_000)],
    ['braces that never close', '{"a":'.repeat(100_000)],
  ])('100,000 %s end in an error with a line, not in an overflow', async (_name, input) => {
    const { problems, errors } = await checked(`${line()}\n${input}`);
    expect(errors).toBeGreaterThan(0);
    expect(problems[0]).toMatchObject({ line: 2, level: 'error' });
  });

  test('65 brackets inside each other are one too many', async () => {
    const nested = (levels: number) =>
      line({
        target_metadata: JSON.parse(
          `${'['.repeat(levels - 2)}${']'.repeat(levels - 2)}`.replace(/^\[/, '{"a":[').replace(/\]$/, ']}'),
        ),
      });
    expect((await checked(nested(63))).shown).toEqual([]);
    expect((await checked(nested(65))).shown).toEqual(['1 too-deep']);
  });

  test('a scope is compared without regard to the order of keys, over all files, and both places are named', async () => {
    const criteria = (text: string) =>
      `{"model":"basket","target_type":"criteria","target_criteria":${text},"pin_definitions":[{"pin_type":"item","pin_identity":"1","position":1}]}`;
    const { problems } = await checked([
      `\n${criteria('{"a":{"x":1,"y":[1,2]},"b":2}')}`,
      `${criteria('{"b":2,"a":{"x":1,"y":[2,1]}}')}\n${criteria('{ "b": 2, "a": {"y": [1, 2], "x": 1} }')}`,
    ]);
    expect(problems).toMatchObject([
      { code: 'duplicate-scope', file: 'b', line: 2, message: expect.stringContaining('a:2') },
    ]);
  });
});
