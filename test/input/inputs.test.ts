import { expect, test } from 'vitest';
import { openInputs } from '../../src/input/inputs.js';

const bytesOf = async function* (text: string) {
  yield text;
};

/** Reads each text to its end, as the first pass does. */
async function joined(...texts: string[]) {
  const inputs = await openInputs(texts.map((text, at) => ({ name: `file ${at}`, bytes: bytesOf(text) })));
  for (const [at, source] of inputs.sources.entries()) {
    for await (const _ of source.chunks());
    const text = texts[at] ?? '';
    inputs.endSource({ bytes: text.length, lines: text.split('\n').length });
  }
  return inputs;
}

test('bytes are read across the ends of sources, empty ones too', async () => {
  const inputs = await joined('one\n', '', 'two', 'three\n');
  const read = async (offset: number, length: number) => {
    const into = Buffer.alloc(length);
    await inputs.read(into, offset);
    return into.toString();
  };
  expect([await read(0, 13), await read(2, 4), await read(4, 3), await read(7, 5)]).toEqual([
    'one\ntwothree\n',
    'e\ntw',
    'two',
    'three',
  ]);
  await inputs.close();
});

test('a joined line is told by its source and its own number', async () => {
  const inputs = await joined('a\nb\n', 'c', 'd\ne');
  // The first one has three lines, the last of them empty.
  expect([1, 2, 4, 5, 6].map(inputs.place)).toEqual([
    { file: 'file 0', line: 1 },
    { file: 'file 0', line: 2 },
    { file: 'file 1', line: 1 },
    { file: 'file 2', line: 1 },
    { file: 'file 2', line: 2 },
  ]);
  expect(inputs.ranges(Uint32Array.of(1, 2, 4, 5, 6))).toEqual([
    { file: 'file 0', firstLine: 1, lastLine: 2 },
    { file: 'file 1', firstLine: 1, lastLine: 1 },
    { file: 'file 2', firstLine: 1, lastLine: 2 },
  ]);
  await inputs.close();
});

test('when one input cannot be opened, none is', async () => {
  await expect(openInputs([{ name: 'a', bytes: bytesOf('a') }, '/no/such/file'])).rejects.toMatchObject({
    code: 'not-found',
  });
});
