import { customizationSchema } from '../customization/schema.js';
import type { ExitCode } from '../exit-code.js';
import { createOutput } from '../report/output.js';

/** Runs `luigis-pins schema`: prints the JSON Schema of one customization. */
export async function runSchema(host: NodeJS.Process): Promise<ExitCode> {
  const out = createOutput(host.stdout);
  out.line(JSON.stringify(customizationSchema, null, 2));
  await out.flushed();
  return out.failed ? 74 : 0;
}
