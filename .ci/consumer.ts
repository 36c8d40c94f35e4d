// Compiled, not run, by .ci/run: a program that uses the installed package under the strictest settings.
import {
  type Customization,
  InputError,
  type PushEvent,
  push,
  type Summary,
  sign,
  validate,
} from 'luigis-pins';
import { startSandbox } from 'luigis-pins/sandbox';

const pin: Customization = {
  model: 'basket',
  target_type: 'item',
  target_identity: 'tent-2p',
  pin_definitions: [{ pin_type: 'item', pin_identity: 'footprint-2p', position: 1 }],
};

const sandbox = await startSandbox({ trackerId: '1-2', privateKey: 'key' });
const onEvent = (event: PushEvent) => event.type === 'problem' && event.problem.line;
const account = { trackerId: '1-2', privateKey: 'key', baseUrl: sandbox.origin };
try {
  await validate([pin], { strict: true, onEvent });
  const { counts }: Summary = await push([pin], { ...account, conflict: 'ignore', onEvent });
  const accepted: number = counts.accepted;
  // @ts-expect-error A strategy that does not exist.
  await push([pin], { ...account, conflict: 'merge' });
  // @ts-expect-error A customization without pins.
  await validate([{ model: 'basket', target_type: 'all' }]);
  Object.entries({ accepted, ...sign('1-2', 'key', new Date()) });
} catch (error) {
  if (error instanceof InputError) throw new Error(error.code);
}
await sandbox.close();
