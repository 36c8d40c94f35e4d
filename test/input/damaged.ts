import fc from 'fast-check';

/** JSON in any layout, in which a few characters were replaced, removed or added; most of it is none any more. */
export const damaged = fc
  .tuple(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom('', ' ', '\t'),
    fc.array(
      fc.tuple(
        fc.nat(),
        fc.nat(2),
        fc.constantFrom(...',:"{}[]\\\'#0-.eE+ \n\u0000\u2028x😀', 'tru', '\\u12'),
      ),
      { maxLength: 2 },
    ),
  )
  .map(([value, indent, damages]) =>
    damages.reduce(
      (text, [seed, removed, added]) => {
        const at = seed % (text.length + 1);
        return `${text.slice(0, at)}${added}${text.slice(at + removed)}`;
      },
      JSON.stringify(value, null, indent),
    ),
  );
