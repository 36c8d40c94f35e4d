import { customizationSchema } from '../customization/schema.js';
import type { ExitCode } from '../exit-code.js';
import { consoleWishes } from '../settings.js';
import { inFrame } from './frame.js';

/** Runs `luigis-pins schema`: prints the JSON Schema of one customization. */
export async function runSchema(host: NodeJS.Process): Promise<ExitCode> {
  return inFrame(host, consoleWishes({ annotations: false }, 'err'), async (console) => {
    console.out.line(JSON.stringify(customizationSchema, null, 2));
    return 0;
  });
}
