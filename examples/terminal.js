// Draws terminal.svg from two real runs: node examples/terminal.js (after npm run build)
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const COMMANDS = [
  ['validate', 'mistakes.ndjson'],
  ['push', 'pins.ndjson', '--sandbox'],
];
const COLOURS = { 31: '#ff7b72', 32: '#7ee787', 33: '#e3b341' };
const COLUMNS = 118;
const LINE_HEIGHT = 19;
const CHARACTER_WIDTH = 8.43;

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** One line of a terminal, with its colours, as the inside of an SVG text. */
function coloured(line) {
  let fill;
  let weight;
  return line
    .split(/\u001b\[(\d+)m/)
    .map((piece, at) => {
      if (at % 2 === 0) {
        const style = `${fill ? ` fill="${fill}"` : ''}${weight ? ` font-weight="${weight}"` : ''}`;
        return style === '' ? escaped(piece) : `<tspan${style}>${escaped(piece)}</tspan>`;
      }
      if (piece === '1') weight = 'bold';
      else if (piece === '2') fill = '#8b949e';
      else if (piece === '22') [fill, weight] = [undefined, undefined];
      else fill = COLOURS[piece];
      return '';
    })
    .join('');
}

/** Breaks a line as a terminal of so many columns does; colours count as nothing. */
function wrapped(line) {
  const pieces = line.split(/(\u001b\[\d+m)/);
  const lines = [''];
  let column = 0;
  for (const piece of pieces) {
    if (piece.startsWith('\u001b')) {
      lines.push(lines.pop() + piece);
      continue;
    }
    for (const character of piece) {
      if (column === COLUMNS) {
        lines.push('');
        column = 0;
      }
      lines.push(lines.pop() + character);
      column++;
    }
  }
  return lines;
}

const lines = COMMANDS.flatMap((args) => {
  const { stdout, stderr } = spawnSync(process.execPath, [`${root}bin/luigis-pins.js`, ...args], {
    cwd: `${root}examples`,
    env: { PATH: process.env.PATH, FORCE_COLOR: '1' },
    encoding: 'utf8',
  });
  const output = `${stderr}${stdout}`.trimEnd().split('\n');
  return [`\u001b[32m$\u001b[39m luigis-pins ${args.join(' ')}`, ...output, ''].flatMap(wrapped);
});
const width = Math.round(COLUMNS * CHARACTER_WIDTH) + 32;
const height = lines.length * LINE_HEIGHT + 24;
const rows = lines.map(
  (line, at) =>
    `<text x="16" y="${(at + 1) * LINE_HEIGHT + 8}" xml:space="preserve">${coloured(line)}</text>`,
);
writeFileSync(
  new URL('terminal.svg', import.meta.url),
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<title>luigis-pins names each problem by file, line and cure, then pushes pins to a sandbox</title>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<g fill="#e6edf3" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">
${rows.join('\n')}
</g>
</svg>
`,
);
