// npm run bench -- [group...] [--runs n] [--scale x]; see README.md beside this file.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { dataFile, folder } from './data.js';
import { compare, measure } from './measure.js';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '5' }, scale: { type: 'string', default: '1' } },
});
const runs = Number(options.runs);
const scaled = (count) => Math.round(count * Number(options.scale));
const SMALL = scaled(200_000);
const LARGE = scaled(1_000_000);

const fromHere = (path) => fileURLToPath(new URL(path, import.meta.url));
const pins = (...args) => ['node', fromHere('../../bin/luigis-pins.js'), ...args];
const script = (name, ...args) => ['node', fromHere(name), ...args];

/** A line of a table: what was measured, how it compares with `base`, and the target. */
function row(name, { wall, cpu, peak }, base, note = '') {
  const ratio = base === undefined ? '' : `${(wall / base.wall).toFixed(2)} x`;
  const ratioCpu = base === undefined ? '' : `${(cpu / base.cpu).toFixed(2)} x`;
  const memory = peak === undefined ? '' : `${Math.round(peak)} MB`;
  const cells = [
    name.padEnd(42),
    `${wall.toFixed(3)} s`,
    ratio,
    `${cpu.toFixed(3)} s`,
    ratioCpu,
    memory,
    note,
  ];
  console.log(
    `| ${cells.map((cell, at) => (at === 0 ? cell : cell.padStart(at === 6 ? 0 : 9))).join(' | ')} |`,
  );
}

function table(title, base) {
  console.log(`\n### ${title}\n`);
  console.log(`| what | time | against ${base} | processor | against ${base} | peak memory | must be |`);
  console.log('| :-- | --: | --: | --: | --: | --: | :-- |');
}

/** A sink in a process of its own, for as long as `work` takes. */
async function withSink(latencyMs, work) {
  const sink = fork(fromHere('sink.js'), [String(latencyMs)]);
  const [port] = await once(sink, 'message');
  const origin = `http://127.0.0.1:${port}`;
  const env = { LUIGISBOX_TRACKER_ID: '1-2', LUIGISBOX_PRIVATE_KEY: 'key', LUIGISBOX_BASE_URL: origin };
  try {
    return await work(origin, env);
  } finally {
    sink.disconnect();
  }
}

async function startup() {
  const ten = await dataFile(10);
  const withPeak = false;
  const results = await compare(
    {
      node: { argv: ['node', '-e', '0'], withPeak },
      version: { argv: pins('--version'), withPeak },
      validate: { argv: pins('validate', ten), withPeak },
    },
    Math.max(runs, 15),
  );
  table('Start', 'node -e 0');
  row('node -e 0', results.node);
  row('--version', results.version, results.node, 'at most 1.6 x');
  row('validate, ten lines', results.validate, results.node, 'at most 2.2 x');
}

async function check() {
  const megabytes = (file) => Math.round(statSync(file).size / 1e6);
  const title = (count, file) =>
    `validate, ${count.toLocaleString('en')} customizations, ${megabytes(file)} MB`;
  const againstJq = ({ jq, validate }) =>
    console.log(`\njq takes ${(jq.wall / validate.wall).toFixed(2)} x what validate takes.`);

  const file = await dataFile(SMALL);
  const alone = true;
  const small = await compare(
    {
      floor: { argv: script('floor.js', file), alone },
      validate: { argv: pins('validate', file), alone },
      jq: { argv: ['jq', '-c', '.', file], alone },
      ndjson: { argv: script('ndjson-parser.js', file), alone },
      streaming: { argv: script('streaming-parser.js', file), alone },
    },
    runs,
  );
  table(`${title(SMALL, file)}, one processor, hence one thread`, 'the floor');
  row('the floor', small.floor);
  row('validate', small.validate, small.floor, 'at most 1.4 x');
  row('jq -c .', small.jq, small.floor, 'at least 3.5 x validate');
  row('the ndjson package', small.ndjson, small.floor);
  row('a streaming parser (stream-json)', small.streaming, small.floor);
  againstJq(small);

  const largeFile = await dataFile(LARGE);
  const large = await compare(
    {
      floor: { argv: script('floor.js', largeFile) },
      validate: { argv: pins('validate', largeFile) },
      alone: { argv: pins('validate', largeFile), alone },
      jq: { argv: ['jq', '-c', '.', largeFile] },
    },
    Math.min(runs, 3),
  );
  table(`${title(LARGE, largeFile)}, all processors`, 'the floor');
  row('the floor, which needs one', large.floor);
  row('validate', large.validate, large.floor, 'at most 0.85 x, with two processors');
  row('validate, one processor', large.alone, large.floor);
  row('jq -c .', large.jq, large.floor);
  againstJq(large);
}

async function push() {
  const file = await dataFile(SMALL);
  const override = ['--conflict', 'override'];
  await withSink(0, async (origin, env) => {
    const results = await compare(
      {
        recipe: { argv: [fromHere('recipe.sh'), file, origin, `${folder}pieces`] },
        push: { argv: pins('push', file, ...override), env },
      },
      runs,
    );
    table(`push, ${SMALL.toLocaleString('en')} customizations, to a sink`, 'the recipe');
    row('split, openssl, curl', results.recipe);
    row('push', results.push, results.recipe, 'at most 1.3 x');
  });
  await withSink(200, async (origin, env) => {
    const results = await compare(
      {
        recipe: { argv: [fromHere('recipe.sh'), file, origin, `${folder}pieces`] },
        push: { argv: pins('push', file, ...override, '--concurrency', '4'), env },
      },
      Math.min(runs, 3),
    );
    table('the same, 200 ms a request', 'the recipe');
    row('split, openssl, curl', results.recipe);
    row('push --concurrency 4', results.push, results.recipe, 'at most 0.286 x (3.5 x faster)');
  });
}

async function memory() {
  const journal = `${folder}journal`;
  const files = { [SMALL]: await dataFile(SMALL), [LARGE]: await dataFile(LARGE) };
  const resuming = (file) => pins('push', file, '--conflict', 'override', '--resume', journal);
  const results = await withSink(0, (_, env) =>
    compare(
      {
        small: { argv: resuming(files[SMALL]), env, without: journal },
        large: { argv: resuming(files[LARGE]), env, without: journal },
      },
      runs,
    ),
  );
  rmSync(journal, { force: true });
  const { small, large } = results;
  const ratio = (large.peak / small.peak).toFixed(2);
  table('Memory of a push with a journal', `${SMALL.toLocaleString('en')} customizations`);
  row(`push --resume, ${SMALL.toLocaleString('en')}`, small);
  row(
    `push --resume, ${LARGE.toLocaleString('en')}`,
    large,
    small,
    `at most 200 MB, and at most 1.25 x (is ${ratio} x)`,
  );
}

/** Rows of growing size; the base of each is the one before it. Files are removed as soon as they were read. */
async function growthOf(name, counts, command) {
  let before;
  for (const count of counts) {
    const { remove, ...what } = await command(count);
    const result = await measure(what);
    row(`${name}, ${count.toLocaleString('en')}`, result, before);
    before = result;
    if (remove !== undefined) rmSync(remove);
  }
}

async function growth() {
  const counts = [1000, 10_000, 100_000, 1_000_000, 3_000_000].map(scaled);
  table('Growth: validate', 'the row above');
  for (const form of ['ndjson', 'array', 'multiline', 'gzip']) {
    await growthOf(form, counts, async (count) => {
      const file = await dataFile(count, form);
      return { argv: pins('validate', file), remove: file };
    });
  }
  await growthOf('stdin', counts, async (count) => {
    const file = await dataFile(count);
    return { argv: pins('validate'), stdin: file, remove: file };
  });
}

async function shapes() {
  table('Growth: odd shapes, each four times the one above', 'the row above');
  await growthOf('validate, a problem a line', [25_000, 100_000, 400_000].map(scaled), async (count) => {
    const file = await dataFile(count, 'broken');
    return { argv: pins('validate', file), remove: file, codes: [3] };
  });
  await growthOf('validate, lines of 900 kB', [25, 100, 400].map(scaled), async (count) => {
    const file = await dataFile(count, 'long');
    return { argv: pins('validate', file), remove: file };
  });
  await withSink(0, (_, env) =>
    growthOf('push, 10 customizations a batch', [2500, 10_000, 40_000].map(scaled), async (count) => {
      const file = await dataFile(count);
      const argv = pins('push', file, '--conflict', 'override', '--batch-size', '10', '--quiet');
      return { argv, env, remove: file };
    }),
  );
  await growthOf('validate, many records on one line', [9000, 36_000, 144_000].map(scaled), async (count) => {
    const file = `${folder}one-line`;
    writeFileSync(file, `${'{"a":1}'.repeat(count)}\n`);
    return { argv: pins('validate', file), remove: file, codes: [3] };
  });
  await growthOf('validate, tiny lines', [250_000, 1_000_000, 4_000_000].map(scaled), async (count) => {
    const file = `${folder}tiny`;
    writeFileSync(file, '1\n'.repeat(count));
    return { argv: pins('validate', file), remove: file, codes: [3] };
  });
}

const groups = { startup, check, push, memory, growth, shapes };
const wanted = positionals.length === 0 ? ['startup', 'check', 'push', 'memory'] : positionals;
const unknown = wanted.find((name) => !(name in groups));
if (unknown !== undefined)
  throw new Error(`There is no "${unknown}"; there are ${Object.keys(groups).join(', ')}.`);

console.log(
  `Node ${process.version}, ${availableParallelism()} x ${cpus()[0]?.model}, medians of ${runs} runs in turn.`,
);
for (const name of wanted) await groups[name]();
