/** NDJSON lines of so many valid customizations, each with a scope of its own and a number that must survive. */
export function pinLines(count: number): string[] {
  return Array.from({ length: count }, (_, at) => pinLine(at));
}

/** The valid customization number `at`, as it was written: `1.0`, a 20-digit id and odd spaces survive nowhere by chance. */
export function pinLine(at: number): string {
  return `{"model":"basket", "target_type":"item","target_identity":"item-${at}","target_metadata":{"rank":1.0,"ref":"12345678901234567890"},"pin_definitions":[{"pin_type":"item","pin_identity":"pin-${at}","position":1}]}`;
}
