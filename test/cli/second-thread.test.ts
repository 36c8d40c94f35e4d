import { expect, test } from 'vitest';
import { runCli } from '../chaos/run.js';
import { pinLine } from './pins.js';

const PINS = 40_000;

/** What is now and then wrong with the line number `at`. */
function line(at: number): string {
  const pin = pinLine(at);
  if (at % 1009 === 0) return pin.replace('"position":1', '"position":"1"');
  if (at % 2003 === 0) return pin.slice(0, -1);
  if (at % 3001 === 0) return pinLine(at - 7);
  if (at % 4001 === 0) return `${pin.replaceAll(',', ',\n')}\r`;
  if (at % 5003 === 0) return pin.replace('basket', 'b'.repeat(300_000));
  return at % 6007 === 0 ? '' : pin;
}

const input = `${Array.from({ length: PINS }, (_, at) => line(at + 1)).join('\n')}\n`;
const files = { 'pins.ndjson': input };
const validate = (launcher: string[], nodeArgs: string[] = []) =>
  runCli(['validate', 'pins.ndjson', '--json'], { files, launcher, nodeArgs });

test('a large file is checked alike, to the byte, on one processor and on several', async () => {
  expect(input.length).toBeGreaterThan(8_000_000);
  const alone = await validate(['taskset', '--cpu-list', '0']);
  const helped = await validate([]);
  expect(helped.code).toBe(3);
  expect(helped.stderr).toBe(alone.stderr);
  const withoutReading = (text: string) => text.split('\n').filter((event) => !event.includes('"reading"'));
  expect(withoutReading(helped.stdout)).toEqual(withoutReading(alone.stdout));
  expect(withoutReading(helped.stdout).length).toBeGreaterThan(60);
});

test('where Node forbids threads a large file is checked alone', async () => {
  const permission =
    Number(process.versions.node.split('.')[0]) < 23 ? '--experimental-permission' : '--permission';
  const { code, stdout, stderr } = await validate(
    [],
    [permission, '--allow-fs-read=*', '--allow-fs-write=*'],
  );
  expect([code, stderr.replace(/^\(node.*\n.*--trace-warnings.*\n/, '')]).toEqual([3, '']);
  expect(stdout.trim().split('\n').at(-1)).toMatch(/^\{"type":"checked","read":39\d\d\d,/);
});
