import { examine } from './customization/examine.js';
import {
  BROKEN_CODES,
  type Finding,
  INPUT_CODES,
  type LevelRules,
  levelOf,
  type Problem,
} from './customization/problem.js';
import type { Customization } from './customization/schema.js';
import { hashScope } from './customization/scope-hash.js';
import { createScopeIndex } from './customization/scope-index.js';
import type { PlacedRecord } from './delivery/plan.js';
import type { InputRecord, PlainRecords } from './input/cutter.js';
import type { Inputs } from './input/inputs.js';
import { createRecordReader, type RecordReader } from './input/records.js';
import { foreignFormat } from './input/sniff.js';
import { InputError, type Source } from './input/source.js';
import { createSkim } from './skim/skim.js';

/** What counts as an error, and what is looked for. */
export interface CheckRules extends LevelRules {
  allowEmpty: boolean;
  /** Exactly so many customizations must be read. */
  expect: number | undefined;
}

/** What the first pass found. */
export interface Checked {
  /** Customizations read, the invalid ones included. */
  read: number;
  /** Customizations with at least one error. */
  invalid: number;
  errors: number;
  warnings: number;
  /** Is the input as a whole unusable (cut short, another format, too few)? `--skip-invalid` does not help then. */
  broken: boolean;
  /** Bytes, unpacked. */
  bytes: number;
}

/** What the first pass tells while it reads. */
export interface CheckListener {
  problem(problem: Problem): void;
  /** A customization with an error, which is not to be sent. */
  invalid(record: PlacedRecord): unknown;
  /** After each chunk: customizations and bytes so far. Awaited. */
  progress(read: number, bytes: number): unknown;
}

const NO_FINDINGS: Finding[] = [];

/**
 * The first pass: reads every input to its end, finds every problem, and
 * offers each valid record, in order, to `take`. One that `take` will not have
 * is too large to be sent.
 */
export async function check(
  inputs: Inputs,
  rules: CheckRules,
  nowMs: number,
  take: (record: PlacedRecord) => boolean,
  listener: CheckListener,
  signal?: AbortSignal,
): Promise<Checked> {
  const checked: Checked = { read: 0, invalid: 0, errors: 0, warnings: 0, broken: false, bytes: 0 };
  const scopes = createScopeIndex();
  const skim = createSkim(nowMs);

  /** Reports findings of one place; true when one of them is an error. */
  const report = (findings: readonly Finding[], file: string, line: number) => {
    let isInvalid = false;
    for (const finding of findings) {
      const level = levelOf(finding.code, rules);
      isInvalid ||= level === 'error';
      checked[level === 'error' ? 'errors' : 'warnings']++;
      checked.broken ||= level === 'error' && BROKEN_CODES.has(finding.code);
      listener.problem({ file, line, ...finding, level });
    }
    return isInvalid;
  };

  /** Plain is a record of which there is nothing to say, neither by itself nor beside the others. */
  const plain: PlainRecords = {
    look: skim.look,
    plainBytes(from, to) {
      const length = skim.plainBytes(from, to);
      return length === 0 || scopes.has(skim.scope) ? 0 : length;
    },
    get lineFeeds() {
      return skim.lineFeeds;
    },
  };

  const judge = (record: InputRecord, line: number): readonly Finding[] => {
    if (record.kind === 'fault') return [{ path: '', ...record.fault }];
    if (record.kind === 'plain') {
      scopes.add(skim.scope, line);
      return NO_FINDINGS;
    }
    const { customization, findings } = examine(record.value, record.text, nowMs);
    if (customization === undefined) return findings;
    const earlier = scopes.add(hashScope(customization), line);
    return earlier === undefined ? findings : [...findings, duplicate(customization, inputs.place(earlier))];
  };

  const accept = (record: InputRecord, file: string) => {
    const { offset, line } = inputs.begin;
    const joined = {
      offset: offset + record.offset,
      length: record.length,
      line: line + record.line,
      lineFeeds: record.lineFeeds,
    };
    const findings = judge(record, joined.line);
    const isInputs = record.kind === 'fault' && INPUT_CODES.has(record.fault.code);
    if (!isInputs) checked.read++;
    const isInvalid =
      report(findings, file, record.line) || (!take(joined) && report([overBatch], file, record.line));
    if (!isInvalid || isInputs) return;
    checked.invalid++;
    listener.invalid(joined);
  };

  for (const source of inputs.sources) {
    if (signal?.aborted) break;
    await readSource(source);
  }

  async function readSource(source: Source): Promise<void> {
    let broken: Finding | undefined;
    const reader = createRecordReader((record) => {
      // The end of what broke off is no record's fault.
      if (broken === undefined) accept(record, source.name);
    }, plain);
    try {
      broken = await readChunks(source, reader);
    } catch (error) {
      // Whoever stops a run may close its input.
      if (signal?.aborted) return;
      if (!(error instanceof InputError && error.code === 'gzip-broken')) throw error;
      broken = brokenGzip(error.reason);
    }
    if (signal?.aborted) return;
    if (broken !== undefined) report([broken], source.name, 0);
    inputs.endSource(reader.end());
  }

  /** What the source is, if it is another format. */
  async function readChunks(source: Source, reader: RecordReader): Promise<Finding | undefined> {
    let isFirst = true;
    for await (const bytes of source.chunks()) {
      const format = isFirst ? foreignFormat(bytes) : undefined;
      if (format !== undefined) return foreign(format.name, format.cure);
      isFirst = false;
      reader.push(bytes);
      checked.bytes += bytes.length;
      await listener.progress(checked.read, checked.bytes);
      if (signal?.aborted) return undefined;
    }
    return undefined;
  }

  // Of an input that was not read to its end nothing can be said.
  if (signal?.aborted) return checked;
  const file = inputs.sources.map((source) => source.name).join(', ');
  if (checked.read === 0 && !checked.broken && !rules.allowEmpty)
    report([emptyInput(checked.bytes)], file, 0);
  if (rules.expect !== undefined && rules.expect !== checked.read) {
    report([unexpectedCount(rules.expect, checked.read)], file, 0);
  }
  return checked;
}

const overBatch: Finding = {
  code: 'record-over-batch',
  path: '',
  message: 'The customization alone is larger than a request may be.',
  hint: 'Raise --max-batch-bytes, or give it fewer pins.',
};

const emptyInput = (bytes: number): Finding => ({
  code: 'input-empty',
  path: '',
  message: bytes === 0 ? 'The input is empty: 0 bytes.' : 'There is no customization in the input.',
  hint: 'Did the export fail? If nothing to send is fine, add --allow-empty.',
});

const unexpectedCount = (expected: number, read: number): Finding => ({
  code: 'count-unexpected',
  path: '',
  message: `${expected} customizations were expected, ${read} were read.`,
  hint: 'Was the input cut short on its way? Otherwise mend --expect.',
});

const foreign = (name: string, cure: string): Finding => ({
  code: 'foreign-format',
  path: '',
  message: `The input is ${name}, not JSON.`,
  hint: cure,
});

const brokenGzip = (reason: string | undefined): Finding => ({
  code: 'gzip-broken',
  path: '',
  message: `The gzip data is broken or cut short${reason === undefined ? '' : `: ${reason}`}.`,
  hint: 'Copy or make the file again.',
});

function duplicate(customization: Customization, earlier: { file: string; line: number }): Finding {
  const { model, target_type, target_identity } = customization;
  const target = target_type === 'item' ? `item ${JSON.stringify(target_identity)}` : target_type;
  return {
    code: 'duplicate-scope',
    path: '',
    message: `The scope (model ${JSON.stringify(model)}, ${target}) was already given at ${earlier.file}:${earlier.line}.`,
    hint: 'The API keeps one customization a scope: merge the two, or add --allow-duplicates to let the later one decide.',
  };
}
