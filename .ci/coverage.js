// Runs the tests and tells what of src/ they covered, whichever process ran it, the executable's included:
//   node .ci/coverage.js --lines 95 --branches 90
// Fails when a test fails, or below these percentages.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { mergeProcessCovs } from '@bcoe/v8-coverage';
import convert from 'ast-v8-to-istanbul';
import coverage from 'istanbul-lib-coverage';
import report from 'istanbul-lib-report';
import reports from 'istanbul-reports';
import { parseAst } from 'vitest/node';

const dist = new URL('../dist/', import.meta.url);
const { values: least } = parseArgs({
  options: { lines: { type: 'string', default: '0' }, branches: { type: 'string', default: '0' } },
});

const folder = mkdtempSync(join(tmpdir(), 'coverage-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
// The package has no source maps; here they lead from what ran to what was written.
run('npm', 'run', 'build', '--', '--sourceMap');
run('npx', 'vitest', 'run');

function run(command, ...args) {
  const env = { ...process.env, NODE_V8_COVERAGE: folder };
  const { status } = spawnSync(command, args, { env, stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}

/** The files of the build that stem from src/, as URLs. */
const built = readdirSync(dist, { recursive: true })
  .filter((name) => name.endsWith('.js.map'))
  .map((name) => new URL(name.slice(0, -'.map'.length), dist).href);

/** Counts of all processes, merged one by one: together they would not fit into memory. */
function covered() {
  let merged = { result: [] };
  let torn = 0;
  for (const name of readdirSync(folder)) {
    const result = resultOf(readFileSync(join(folder, name), 'utf8'));
    if (result === undefined) torn++;
    else merged = mergeProcessCovs([merged, { result: result.filter(({ url }) => built.includes(url)) }]);
  }
  console.log(`${torn} processes were killed while they wrote what they covered.`);
  return new Map(merged.result.map(({ url, functions }) => [url, functions]));
}

/** Undefined when it is cut short: some tests kill processes, at any moment. */
function resultOf(json) {
  try {
    return JSON.parse(json).result;
  } catch {
    return undefined;
  }
}

async function fileCoverage(url, functions) {
  const code = readFileSync(fileURLToPath(url), 'utf8');
  const sourceMap = JSON.parse(readFileSync(fileURLToPath(`${url}.map`), 'utf8'));
  return await convert({ code, sourceMap, ast: parseAst(code), coverage: { url, functions } });
}

const counts = covered();
const map = coverage.createCoverageMap({});
// A file that no process loaded has no functions that ran: everything in it counts as not covered.
for (const url of built) map.merge(await fileCoverage(url, counts.get(url) ?? []));

const context = report.createContext({ dir: 'coverage', coverageMap: map });
for (const name of ['text', 'html-spa']) reports.create(name, { maxCols: 110 }).execute(context);

const total = map.getCoverageSummary();
for (const kind of ['lines', 'branches']) {
  const enough = total[kind].pct >= Number(least[kind]);
  console.log(`${kind}: ${total[kind].pct} %, at least ${least[kind]} %: ${enough ? 'enough' : 'TOO FEW'}`);
  if (!enough) process.exitCode = 1;
}
