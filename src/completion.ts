/** A command, as a shell completes it. */
export interface CommandDescription {
  name: string;
  summary: string;
  options: OptionDescription[];
  /** What its arguments are; undefined when it has none. */
  arguments: ValueDescription | undefined;
}

/** An option, as a shell completes it. */
interface OptionDescription {
  /** With its dashes. */
  long: string;
  short: string | undefined;
  summary: string;
  /** What follows it; undefined for a switch. */
  value: ValueDescription | undefined;
}

/** A value: the name of its kind, and the words that it can be; `files` for a path. */
export interface ValueDescription {
  kind: string;
  words: readonly string[] | 'files';
}

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

const PROGRAM = 'luigis-pins';

/** The script that makes a shell complete the commands, options and values; it starts no Node when a key is pressed. */
export function completionScript(shell: Shell, commands: readonly CommandDescription[]): string {
  return { bash, zsh, fish }[shell](commands);
}

const wordsOf = (value: ValueDescription | undefined) =>
  value === undefined || value.words === 'files' ? [] : value.words;

const flagsOf = ({ short, long }: OptionDescription) => (short === undefined ? [long] : [short, long]);

function bash(commands: readonly CommandDescription[]): string {
  const values = new Map<string, string>();
  for (const { long, value } of commands.flatMap(({ options }) => options))
    if (value !== undefined) values.set(long, wordsOf(value).join(' '));
  const valueCases = [...values].map(
    ([long, words]) => `    ${long}) COMPREPLY=($(compgen -W "${words}" -- "$current")); return ;;`,
  );
  const commandCases = commands.map((command) => {
    const flags = command.options.flatMap(flagsOf).join(' ');
    return `    ${command.name}) flags="${flags}" words="${wordsOf(command.arguments).join(' ')}" ;;`;
  });
  // Where COMPREPLY stays empty, "-o default" completes the names of files.
  return `# ${PROGRAM} completion for bash: source <(${PROGRAM} completion bash)
_luigis_pins() {
  local current=\${COMP_WORDS[COMP_CWORD]} flags= words=
  COMPREPLY=()
  case \${COMP_WORDS[COMP_CWORD-1]} in
${valueCases.join('\n')}
  esac
  case \${COMP_WORDS[1]} in
${commandCases.join('\n')}
  esac
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(' ')} --help --version" -- "$current"))
  elif [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$flags --help" -- "$current"))
  else
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  fi
}
complete -o default -F _luigis_pins ${PROGRAM}
`;
}

/** A word in single quotes, for every shell here. */
const single = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

function zsh(commands: readonly CommandDescription[]): string {
  const plain = (text: string) => text.replace(/[[\]:\\]/g, '\\$&');
  const valueText = ({ kind, words }: ValueDescription) =>
    `:${plain(kind)}:${words === 'files' ? '_files' : words.length === 0 ? ' ' : `(${words.join(' ')})`}`;
  const option = ({ short, long, summary, value }: OptionDescription) => {
    const rest = `[${plain(summary)}]${value === undefined ? '' : valueText(value)}`;
    const takes = value === undefined ? '' : '=';
    if (short === undefined) return single(`${long}${takes}${rest}`);
    return `${single(`(${short} ${long})`)}{${short},${long}${takes}}${single(rest)}`;
  };
  const cases = commands.map((command) => {
    const specs = [
      ...command.options.map(option),
      ...(command.arguments === undefined ? [] : [single(`*${valueText(command.arguments)}`)]),
    ];
    return `    ${command.name})\n      _arguments ${specs.join(' \\\n        ')} ;;`;
  });
  return `#compdef ${PROGRAM}
# ${PROGRAM} completion for zsh: source <(${PROGRAM} completion zsh)
_luigis-pins() {
  local -a commands=(
${commands.map(({ name, summary }) => `    ${single(`${name}:${plain(summary)}`)}`).join('\n')}
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  shift words
  ((CURRENT--))
  case $words[1] in
${cases.join('\n')}
  esac
}
if [ "$funcstack[1]" = _luigis-pins ]; then
  _luigis-pins "$@"
else
  compdef _luigis-pins ${PROGRAM}
fi
`;
}

function fish(commands: readonly CommandDescription[]): string {
  const line = (...parts: string[]) => `complete -c ${PROGRAM} ${parts.filter(Boolean).join(' ')}`;
  const valueText = (value: ValueDescription | undefined) => {
    if (value === undefined) return '';
    return value.words === 'files' ? '-r -F' : `-x -a ${single(value.words.join(' '))}`;
  };
  const commandLines = commands.flatMap(({ name, summary, options, arguments: value }) => {
    const seen = `-n ${single(`__fish_seen_subcommand_from ${name}`)}`;
    const words = wordsOf(value);
    return [
      line('-n __fish_use_subcommand -f -a', name, '-d', single(summary)),
      value?.words === 'files'
        ? ''
        : line(seen, '-f', words.length > 0 ? `-a ${single(words.join(' '))}` : ''),
      ...options.map(({ short, long, summary: text, value: own }) =>
        line(
          seen,
          short === undefined ? '' : `-s ${short.slice(1)}`,
          `-l ${long.slice(2)}`,
          valueText(own),
          '-d',
          single(text),
        ),
      ),
    ].filter(Boolean);
  });
  return `# ${PROGRAM} completion for fish: ${PROGRAM} completion fish | source\n${commandLines.join('\n')}\n`;
}
