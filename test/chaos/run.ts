import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { freshDirectory, writeFiles } from './place.js';

/** How to run the executable. */
export interface RunOptions {
  /** What it reads from a pipe; without it stdin is empty. */
  readonly stdin?: string | Uint8Array;
  /** Stdin is a pipe that stays open after that. */
  readonly stdinOpen?: boolean;
  /** A command that runs the executable, such as a shell that sets a limit and then executes its arguments. */
  readonly launcher?: readonly string[];
  /** On top of `PATH` and `HOME`, which is all that it gets otherwise. */
  readonly env?: Readonly<Record<string, string>>;
  /** Written into the working directory first. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** The working directory; a fresh one by default. */
  readonly cwd?: string;
  /** How much shorter its waits are; 1: real time. */
  readonly timeFactor?: number;
  /** Where stdout goes instead of into the result, such as `/dev/full`. */
  readonly stdoutFile?: string;
  /** More for Node itself, such as `--import` of a module. */
  readonly nodeArgs?: readonly string[];
  /** It is killed after so much real time. */
  readonly limitMs?: number;
}

/** What became of a run. */
export interface RunResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The waits that it asked for, in ms, in order. Deadlines that were met count as well. */
  readonly waits: readonly number[];
  readonly cwd: string;
  readonly tookMs: number;
}

/** A run under way. */
export interface Running {
  /** For signals, or to close a pipe early. */
  readonly child: ChildProcess;
  readonly cwd: string;
  /** Resolves with the first line of stdout or stderr that matches; rejects when the run ends without it. */
  line(pattern: RegExp): Promise<string>;
  readonly ended: Promise<RunResult>;
}

const fromHere = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Runs the executable to its end. */
export function runCli(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return startCli(args, options).ended;
}

/** Starts the executable, so that something can be done to it on the way. */
export function startCli(args: readonly string[], options: RunOptions = {}): Running {
  return startNode([fromHere('../../bin/luigis-pins.js'), ...args], options);
}

/** Starts Node on any script, in the same way. */
export function startNode(argv: readonly string[], options: RunOptions = {}): Running {
  const { nodeArgs = [], timeFactor = 100, limitMs = 15_000, stdoutFile, files = {} } = options;
  const { launcher = [], stdinOpen = false } = options;
  const cwd = options.cwd ?? freshDirectory();
  writeFiles(cwd, files);
  const waitsFile = join(freshDirectory({ waits: '' }), 'waits');
  const stdout = stdoutFile === undefined ? 'pipe' : openSync(stdoutFile, 'w');
  const { PATH } = process.env;
  const startedAtMs = Date.now();
  const fastTime = new URL('fast-time.mjs', import.meta.url).href;
  const [command = '', ...args] = [...launcher, process.execPath, '--import', fastTime, ...nodeArgs, ...argv];
  const child = spawn(command, args, {
    cwd,
    env: {
      PATH,
      HOME: cwd,
      LUIGIS_TEST_TIME_FACTOR: String(timeFactor),
      LUIGIS_TEST_WAITS: waitsFile,
      ...options.env,
    },
    stdio: [options.stdin === undefined && !stdinOpen ? 'ignore' : 'pipe', stdout, 'pipe'],
    timeout: limitMs,
    killSignal: 'SIGKILL',
  });
  if (typeof stdout === 'number') closeSync(stdout);
  child.stdin?.on('error', () => {}).write(options.stdin ?? '');
  if (!stdinOpen) child.stdin?.end();

  const lines = createLineWatch();
  const out = collect(child.stdout, lines.add);
  const err = collect(child.stderr, lines.add);
  const ended = once(child, 'close').then((): RunResult => {
    lines.end();
    return {
      code: child.exitCode,
      signal: child.signalCode,
      stdout: out(),
      stderr: err(),
      waits: readFileSync(waitsFile, 'utf8').split('\n').filter(Boolean).map(Number),
      cwd,
      tookMs: Date.now() - startedAtMs,
    };
  });
  return { child, cwd, line: lines.first, ended };
}

/** Gathers a stream's text and tells each complete line; gives what came so far. */
function collect(stream: Readable | null, onLine: (line: string) => void): () => string {
  let all = '';
  let rest = '';
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    all += chunk;
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  return () => all;
}

/** Lines as they come, and who waits for one. */
function createLineWatch() {
  const lines: string[] = [];
  const waiting = new Set<{
    pattern: RegExp;
    found: (line: string) => void;
    missed: (error: Error) => void;
  }>();
  return {
    add(line: string) {
      lines.push(line);
      for (const one of waiting) if (one.pattern.test(line)) one.found(line);
    },
    end() {
      for (const { pattern, missed } of waiting)
        missed(new Error(`no line ${pattern} in:\n${lines.join('\n')}`));
    },
    first: (pattern: RegExp) =>
      new Promise<string>((found, missed) => {
        const known = lines.find((line) => pattern.test(line));
        if (known === undefined) waiting.add({ pattern, found, missed });
        else found(known);
      }),
  };
}
