// Builds pins in a program and pushes them, here to a sandbox in the same process. Leave
// the sandbox out, give your own tracker and key, and the same code pushes to your shop.
import { push } from 'luigis-pins';
import { SANDBOX_PRIVATE_KEY, SANDBOX_TRACKER_ID, startSandbox } from 'luigis-pins/sandbox';

const sandbox = await startSandbox({ trackerId: SANDBOX_TRACKER_ID, privateKey: SANDBOX_PRIVATE_KEY });

/** For each tent, the footprint that fits it, in the first place of its basket. */
function* footprints() {
  for (const tent of ['tent-2p', 'tent-3p', 'tent-4p']) {
    yield {
      model: 'basket',
      target_type: 'item',
      target_identity: tent,
      pin_definitions: [{ pin_type: 'item', pin_identity: tent.replace('tent', 'footprint'), position: 1 }],
    };
  }
}

const { counts } = await push(footprints(), {
  baseUrl: sandbox.origin,
  trackerId: SANDBOX_TRACKER_ID,
  privateKey: SANDBOX_PRIVATE_KEY,
  conflict: 'override',
  onEvent(event) {
    if (event.type === 'problem') console.error(event.problem.line, event.problem.message);
    if (event.type === 'batch') console.log(`batch ${event.batch.name}: ${event.result}`);
  },
});
console.log(`${counts.accepted} of ${counts.read} accepted`);
await sandbox.close();
