import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import type { SandboxFlags } from './commands/sandbox.js';
import type { CommandDescription, ValueDescription } from './completion.js';
import { DEFAULTS } from './defaults.js';
import type { ExitCode } from './exit-code.js';
import {
  COMPLETION_HELP,
  GENERAL_HELP,
  PUSH_HELP,
  SANDBOX_HELP,
  SCHEMA_HELP,
  VALIDATE_HELP,
} from './help.js';
import type { CheckFlags, PushFlags, ReportFlags } from './settings.js';

const INPUTS = 'NDJSON, a JSON array, or concatenated JSON; gzip too';

/**
 * The command line: declares commands and options, loads what a command needs
 * when it runs, and sets the exit code. The only file that knows commander.
 */
export async function main(host: NodeJS.Process): Promise<void> {
  // A reader that went away (help piped into head) is no reason for a stack trace.
  host.stdout.on('error', () => {
    host.exitCode = 74;
  });
  host.stderr.on('error', () => {});
  const program = createProgram(host);
  try {
    await program.parseAsync(host.argv);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) await complain(error, program, host);
    host.exitCode = error.exitCode === 0 ? 0 : 2;
  }
}

function createProgram(host: NodeJS.Process): Command {
  const program = new Command('luigis-pins')
    .description("Push recommendation customizations (pins) to Luigi's Box in bulk.")
    .version(versionOf(), '-V, --version')
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .showHelpAfterError(false)
    .addHelpText('after', GENERAL_HELP);
  declarePush(program, host);
  declareValidate(program, host);
  declareSandbox(program, host);
  declareSchema(program, host);
  declareCompletion(program, host);
  return program;
}

function declarePush(program: Command, host: NodeJS.Process): void {
  const push = program
    .command('push')
    .summary('validate, batch, sign and send')
    .description(
      'Check every customization, cut batches, sign and send them. Reads stdin when no file is given, or for "-".',
    )
    .argument('[file...]', INPUTS)
    .option(
      '--conflict <strategy>',
      'what happens to a scope that exists: raise, ignore or override',
      DEFAULTS.conflict,
    )
    .option('--tracker-id <id>', 'whose pins (LUIGISBOX_TRACKER_ID)')
    .option('--private-key-file <path>', 'file that holds the private key (LUIGISBOX_PRIVATE_KEY_FILE)')
    .option('--base-url <url>', `where to send to (LUIGISBOX_BASE_URL; default: ${DEFAULTS.baseUrl})`)
    .option('--sandbox', 'push to a sandbox inside this process; needs no account')
    .option('-n, --dry-run', 'everything but sending; needs no credentials')
    .option('--batch-size <n>', 'customizations a request, 1 to 5000', String(DEFAULTS.batchSize))
    .option('--max-batch-bytes <size>', 'bytes a request', DEFAULTS.maxBatchBytes)
    .option('--concurrency <n>', 'requests in flight, 1 to 16', String(DEFAULTS.concurrency))
    .option('--retries <n>', 'further attempts of one batch', String(DEFAULTS.retries))
    .option('--timeout <seconds>', 'longest wait for one answer', String(DEFAULTS.timeout))
    .option(
      '--max-wait <seconds>',
      'longest that one batch waits on throttling, in all',
      String(DEFAULTS.maxWait),
    )
    .option('--fail-fast', 'stop after the first batch that is not accepted')
    .option('--isolate', 'halve a rejected batch until the culprits are found')
    .option('--resume <file>', 'keep a journal in the file, and go on where it ends')
    .option('--rejects <file>', 'write every customization that was not accepted to the file')
    .option('--skip-invalid', 'send the valid customizations, report the others')
    .action(async (files: string[], flags: PushFlags, command: Command) => {
      const { runPush } = await import('./commands/push.js');
      finish(command, await runPush(files, flags, versionOf(), host), host);
    });
  withReports(withChecks(push)).addHelpText('after', PUSH_HELP);
}

function declareValidate(program: Command, host: NodeJS.Process): void {
  const validate = program
    .command('validate')
    .summary('the same checks, offline')
    .description('Check every customization as push would, without sending and without credentials.')
    .argument('[file...]', INPUTS)
    .action(async (files: string[], flags: CheckFlags & ReportFlags, command: Command) => {
      const { runValidate } = await import('./commands/validate.js');
      finish(command, await runValidate(files, flags, host), host);
    });
  withReports(withChecks(validate)).addHelpText('after', VALIDATE_HELP);
}

function declareSandbox(program: Command, host: NodeJS.Process): void {
  program
    .command('sandbox')
    .summary("a local server with the API's behaviour")
    .description('Serve the bulk endpoint on this machine, and print the environment that makes push use it.')
    .option('--port <n>', 'port to listen on (default: any free one)')
    .option('--tracker-id <id>', 'the one tracker that it knows')
    .option('--latency <ms>', 'wait before each answer')
    .option('--throttle <n>', 'answer 429 beyond so many requests a minute')
    .option('--fault <kind:rate>', 'misbehave, such as 500:0.1 or reset:5%; may be repeated', collect, [])
    .option('--seed <n>', 'misbehave on the same requests as another run')
    .option('--clock-offset <seconds>', 'a clock that is off by so much')
    .option('--non-atomic', 'a refused batch may be stored in part')
    .option('-q, --quiet', 'only the environment')
    .option('--no-color', 'no colours')
    .addHelpText('after', SANDBOX_HELP)
    .action(async (flags: SandboxFlags) => {
      const { runSandbox } = await import('./commands/sandbox.js');
      host.exitCode = await runSandbox(flags, host);
    });
}

function declareSchema(program: Command, host: NodeJS.Process): void {
  program
    .command('schema')
    .summary('the JSON Schema of one customization')
    .description('Print the JSON Schema (draft 2020-12) of one customization, for editors and other tools.')
    .addHelpText('after', SCHEMA_HELP)
    .action(async () => {
      const { runSchema } = await import('./commands/schema.js');
      host.exitCode = await runSchema(host);
    });
}

function declareCompletion(program: Command, host: NodeJS.Process): void {
  program
    .command('completion')
    .summary('a script that completes commands and options')
    .description('Print the script that makes a shell complete commands, options and values.')
    .argument('<shell>', 'bash, zsh or fish')
    .addHelpText('after', COMPLETION_HELP)
    .action(async (shell: string) => {
      const { runCompletion } = await import('./commands/completion.js');
      host.exitCode = await runCompletion(shell, await describe(program), host);
    });
}

/** Options of the commands that check. */
const withChecks = (command: Command) =>
  command
    .option('--strict', 'warnings count as errors')
    .option('--lenient', 'errors of the schema count as warnings')
    .option('--allow-duplicates', 'let a scope be given twice: the later one decides')
    .option('--allow-empty', 'no customizations at all is fine')
    .option('--expect <n>', 'fail unless exactly n customizations are read');

/** Options of the commands that report. */
const withReports = (command: Command) =>
  command
    .option('--json', 'write events as NDJSON to stdout, and nothing else')
    .addOption(new Option('-q, --quiet', 'failures and the summary only').conflicts('verbose'))
    .option('-v, --verbose', 'every attempt, too')
    .option('--no-color', 'no colours')
    .option('--no-annotations', 'no annotations and job summary in GitHub Actions');

/** Sets the exit code; undefined asks for the command's help. */
function finish(command: Command, exitCode: ExitCode | undefined, host: NodeJS.Process): void {
  if (exitCode === undefined) command.outputHelp({ error: true });
  host.exitCode = exitCode ?? 2;
}

const collect = (value: string, earlier: string[]) => [...earlier, value];

/** Says what is wrong with the command line, and what to write instead. */
async function complain(
  { code, message }: CommanderError,
  program: Command,
  host: NodeJS.Process,
): Promise<void> {
  if (code === 'commander.help') return;
  const { otherMistake, unknownCommand, unknownOption } = await import('./complaint.js');
  const { safe } = await import('./report/safe.js');
  const [, written = ''] = /'(.*)'/s.exec(message) ?? [];
  const commands = await describe(program);
  const complaint =
    code === 'commander.unknownOption'
      ? unknownOption(written, host.argv[2], commands)
      : code === 'commander.unknownCommand'
        ? unknownCommand(host.argv[2] ?? '', commands)
        : otherMistake(message.replace(/^error: /, ''));
  host.stderr.write(`error: ${safe(complaint.message)}\n    ${safe(complaint.hint)}\n`);
}

/** The commands without their parser: for completion, and for suggestions. */
async function describe(program: Command): Promise<CommandDescription[]> {
  const { CONFLICT_STRATEGIES } = await import('./delivery/strategy.js');
  const { SHELLS } = await import('./completion.js');
  const words = new Map<string, ValueDescription['words']>([
    ['file', 'files'],
    ['path', 'files'],
    ['strategy', CONFLICT_STRATEGIES],
    ['shell', SHELLS],
  ]);
  const valueNamed = (kind: string): ValueDescription => ({ kind, words: words.get(kind) ?? [] });
  return program.commands.map((command) => ({
    name: command.name(),
    summary: command.summary(),
    options: command.options.map(({ long, short, flags, description, required }) => ({
      long: long ?? '',
      short,
      summary: description,
      value: required ? valueNamed(/<(.+)>/.exec(flags)?.[1] ?? '') : undefined,
    })),
    arguments: command.registeredArguments.map((argument) => valueNamed(argument.name()))[0],
  }));
}

function versionOf(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '';
}
