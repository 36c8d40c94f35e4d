/** The forms in which the key's bytes are found in the texts; none, one hopes. */
export function scanForSecret(key: string, ...texts: readonly (string | Uint8Array)[]): string[] {
  const haystacks = texts.map((text) => Buffer.from(text));
  const found = formsOf(key).filter(([, form]) => haystacks.some((text) => text.includes(form)));
  return [...new Set(found.map(([name]) => name))];
}

function formsOf(key: string): [name: string, form: string][] {
  const hex = Buffer.from(key, 'utf8').toString('hex');
  const url = encodeURIComponent(key);
  const everyByte = hex.replaceAll(/../g, '%$&');
  return [
    ['plain', key],
    ['JSON', JSON.stringify(key).slice(1, -1)],
    ...[hex, hex.toUpperCase()].map((form): [string, string] => ['hex', form]),
    ...[url, url.replaceAll('%20', '+'), everyByte, everyByte.toUpperCase()].map((form): [string, string] => [
      'URL',
      form,
    ]),
    ...[0, 1, 2].flatMap((before) => base64Inside(key, before)),
  ];
}

/** What base64 shows of the key for certain when so many bytes (modulo 3) come before it, in both alphabets. */
function base64Inside(key: string, before: number): [string, string][] {
  const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(key, 'utf8')]);
  const whole = bytes
    .toString('base64')
    .slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6));
  return [
    ['base64', whole],
    ['base64', whole.replaceAll('+', '-').replaceAll('/', '_')],
  ];
}
