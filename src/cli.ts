import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import type { SandboxFlags } from './commands/sandbox.js';
import { EXIT_CODES, type ExitCode } from './exit-code.js';
import { type CheckFlags, DEFAULTS, type PushFlags, type ReportFlags } from './settings.js';

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
    if (error.exitCode !== 0) complain(error, host);
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

  const withChecks = (command: Command) =>
    command
      .option('--strict', 'warnings count as errors')
      .option('--lenient', 'errors of the schema count as warnings')
      .option('--allow-duplicates', 'let a scope be given twice: the later one decides')
      .option('--allow-empty', 'no customizations at all is fine')
      .option('--expect <n>', 'fail unless exactly n customizations are read');

  const withReports = (command: Command) =>
    command
      .option('--json', 'write events as NDJSON to stdout, and nothing else')
      .option('-q, --quiet', 'failures and the summary only')
      .option('-v, --verbose', 'every attempt, too')
      .option('--no-color', 'no colours')
      .option('--no-annotations', 'no annotations and job summary in GitHub Actions');

  /** Sets the exit code; undefined asks for the command's help. */
  const finish = (command: Command, exitCode: ExitCode | undefined) => {
    if (exitCode === undefined) command.outputHelp({ error: true });
    host.exitCode = exitCode ?? 2;
  };

  const push = program
    .command('push')
    .summary('validate, batch, sign and send')
    .description(
      'Check every customization, cut batches, sign and send them. Reads stdin when no file is given, or for "-".',
    )
    .argument('[file...]', 'NDJSON, a JSON array, or concatenated JSON; gzip too')
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
      finish(command, await runPush(files, flags, versionOf(), host));
    });
  withReports(withChecks(push)).addHelpText('after', PUSH_HELP);

  const validate = program
    .command('validate')
    .summary('the same checks, offline')
    .description('Check every customization as push would, without sending and without credentials.')
    .argument('[file...]', 'NDJSON, a JSON array, or concatenated JSON; gzip too')
    .action(async (files: string[], flags: CheckFlags & ReportFlags, command: Command) => {
      const { runValidate } = await import('./commands/validate.js');
      finish(command, await runValidate(files, flags, host));
    });
  withReports(withChecks(validate)).addHelpText('after', VALIDATE_HELP);

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

  program
    .command('schema')
    .summary('the JSON Schema of one customization')
    .description('Print the JSON Schema (draft 2020-12) of one customization, for editors and other tools.')
    .addHelpText('after', SCHEMA_HELP)
    .action(async () => {
      const { runSchema } = await import('./commands/schema.js');
      host.exitCode = await runSchema(host);
    });

  return program;
}

const collect = (value: string, earlier: string[]) => [...earlier, value];

/** Says what is wrong with the command line. Values are left out: one of them may be a secret. */
function complain(error: CommanderError, host: NodeJS.Process): void {
  const text = error.message.replace(/^error: /, '').replace(/('--?[^'=\s]*)=[^']*'/, "$1'");
  if (error.code !== 'commander.help') host.stderr.write(`error: ${text}\n`);
  host.stderr.write('    luigis-pins --help shows every command and option.\n');
}

function versionOf(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '';
}

const EXIT_CODE_HELP = Object.entries(EXIT_CODES)
  .map(([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`)
  .join('\n');

const GENERAL_HELP = `
Examples:
  $ luigis-pins push pins.ndjson --sandbox            try it, without an account
  $ luigis-pins validate pins.ndjson                  check pins in a pull request
  $ jq '.[]' export.json | luigis-pins push --conflict ignore

Environment:
  LUIGISBOX_TRACKER_ID, LUIGISBOX_PRIVATE_KEY_FILE, LUIGISBOX_PRIVATE_KEY,
  LUIGISBOX_BASE_URL, HTTPS_PROXY, NO_PROXY, NODE_EXTRA_CA_CERTS, NO_COLOR, FORCE_COLOR

Exit codes:
${EXIT_CODE_HELP}
`;

const PUSH_HELP = `
Examples:
  $ luigis-pins push pins.ndjson --conflict override
  $ jq '.[]' export.json | luigis-pins push --conflict ignore
  $ luigis-pins push pins.ndjson --json --resume push.journal --rejects rejected.ndjson

Environment:
  LUIGISBOX_TRACKER_ID, LUIGISBOX_BASE_URL   as --tracker-id and --base-url
  LUIGISBOX_PRIVATE_KEY_FILE                 as --private-key-file
  LUIGISBOX_PRIVATE_KEY                      the private key itself; no option takes it

Exit codes:
${EXIT_CODE_HELP}
`;

const VALIDATE_HELP = `
Examples:
  $ luigis-pins validate pins.ndjson
  $ luigis-pins validate --strict pins/*.ndjson
  $ curl -s https://shop.example/export.json | luigis-pins validate --expect 1200

Exit codes: 0 valid, 3 not; 2, 74, 130 and 143 as for push.
`;

const SANDBOX_HELP = `
Examples:
  $ luigis-pins sandbox                                then, elsewhere, paste what it prints and push
  $ luigis-pins sandbox --port 8080 --fault 503:0.2 --fault reset:5% --seed 7
  $ luigis-pins sandbox --throttle 30 --latency 200 --clock-offset -40
`;

const SCHEMA_HELP = `
Example:
  $ luigis-pins schema > customization.schema.json
`;
