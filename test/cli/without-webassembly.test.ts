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

test('a large file is checked alike, to the byte, where Node has no WebAssembly', async () => {
  const input = `${Array.from({ length: PINS }, (_, at) => line(at + 1)).join('\n')}\n`;
  expect(input.length).toBeGreaterThan(8_000_000);
  const validate = (...nodeArgs: string[]) =>
    runCli(['validate', 'pins.ndjson', '--json'], { files: { 'pins.ndjson': input }, nodeArgs });
  const usual = await validate();
  const without = await validate('--import', 'data:text/javascript,delete globalThis.WebAssembly');
  expect(usual.code).toBe(3);
  expect(without).toMatchObject({ code: usual.code, stdout: usual.stdout, stderr: usual.stderr });
  expect(usual.stdout.split('\n').length).toBeGreaterThan(60);
});
