import { createWriteStream, existsSync, mkdirSync, renameSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGzip } from 'node:zlib';

/** Where data and the pieces of the recipe are kept, out of the repository. */
export const folder = fileURLToPath(new URL('../../.bench/', import.meta.url));

const MODELS = ['basket', 'item_detail', 'homepage', 'category', 'last_seen'];
const WORDS =
  'batoh stan spacák karimatka bunda boty tent stove lamp rope climbing ultralight zimní letní'.split(' ');
const WIDGETS = ['also-bought', 'similar', 'top-sellers'];

/** The same sequence in each run, so that runs compare. */
function createRandom(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A customization of a shop with a large catalogue, about 540 bytes as a line; every tenth is for criteria. */
function customization(ordinal, random) {
  const pick = (list) => list[random(list.length)];
  const words = (count) => Array.from({ length: count }, () => pick(WORDS)).join(' ');
  const target =
    ordinal % 10 === 9
      ? { target_type: 'criteria', target_criteria: { category: words(2), brand: `brand-${ordinal}` } }
      : { target_type: 'item', target_identity: `sku-${1_000_000 + ordinal}` };
  const pins = Array.from({ length: 1 + random(3) }, (_, at) => ({
    pin_type: 'item',
    pin_identity: `sku-${1_000_000 + random(2_000_000)}`,
    position: at + 1,
    widget_id: pick(WIDGETS),
    ...(random(3) === 0 && { active_from: '2026-11-27T00:00:00Z', active_to: '2099-12-01T00:00:00Z' }),
  }));
  return {
    model: MODELS[ordinal % MODELS.length],
    ...target,
    target_metadata: {
      title: words(6),
      image: `https://static.shop.example/images/${ordinal}/${words(1)}-large.webp`,
      url: `https://shop.example/p/${ordinal}-${random(1e9)}`,
    },
    tags: [`campaign-${random(40)}`, words(1)],
    pin_definitions: pins,
  };
}

/** What is wrong with a line in `broken` data: one problem each. */
const broken = (pin) => ({
  ...pin,
  pin_definitions: pin.pin_definitions.map((one) => ({ ...one, position: '1' })),
});

const LONG_PINS = 6000;
/** A line of about 900 kB. */
const long = (pin) => ({
  ...pin,
  pin_definitions: Array.from({ length: LONG_PINS }, (_, at) => ({
    ...pin.pin_definitions[0],
    pin_identity: `sku-${at}`,
    position: at + 1,
  })),
});

const FORMS = {
  ndjson: { line: (pin) => `${JSON.stringify(pin)}\n` },
  array: { begin: '[\n', line: (pin, at) => `${at === 0 ? '' : ',\n'}${JSON.stringify(pin)}`, end: '\n]\n' },
  multiline: { line: (pin) => `${JSON.stringify(pin, null, 2)}\n` },
  gzip: { line: (pin) => `${JSON.stringify(pin)}\n`, pack: true },
  broken: { line: (pin) => `${JSON.stringify(broken(pin))}\n` },
  long: { line: (pin) => `${JSON.stringify(long(pin))}\n` },
};

const LINES_A_CHUNK = 500;

function* chunks(form, count) {
  const { begin = '', line, end = '' } = FORMS[form];
  const random = createRandom(20261123);
  let text = begin;
  for (let at = 0; at < count; at++) {
    text += line(customization(at, random), at);
    if (at % LINES_A_CHUNK === 0) {
      yield Buffer.from(text);
      text = '';
    }
  }
  yield Buffer.from(text + end);
}

/** The path of a file with so many customizations in a form (`ndjson`, `array` ...); made when it is not there yet. */
export async function dataFile(count, form = 'ndjson') {
  const path = `${folder}${form}-${count}`;
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const file = createWriteStream(`${path}.part`);
  const stages = [
    Readable.from(chunks(form, count)),
    ...(FORMS[form].pack ? [createGzip({ level: 1 })] : []),
    file,
  ];
  await pipeline(stages);
  renameSync(`${path}.part`, path);
  return path;
}
