// Preloaded with `node --import`: the process is killed (SIGKILL) at a line of the journal. LUIGIS_TEST_KILL is
// its number (from 1) and the moment: `torn`, half of it is written; `written`; `synced`.
import { open } from 'node:fs/promises';

const [number, moment] = (process.env.LUIGIS_TEST_KILL ?? '').split(' ');
const file = await open(new URL(import.meta.url));
const prototype = Object.getPrototypeOf(file);
await file.close();
const { write, datasync } = prototype;
const die = () => process.kill(process.pid, 'SIGKILL');
let lines = 0;

prototype.write = async function (bytes, offset, length, ...rest) {
  if (!bytes.toString().startsWith('{"type":')) return write.call(this, bytes, offset, length, ...rest);
  const isIt = ++lines === Number(number);
  const result = await write.call(
    this,
    bytes,
    offset,
    isIt && moment === 'torn' ? length >> 1 : length,
    ...rest,
  );
  if (isIt && moment !== 'synced') die();
  return result;
};

prototype.datasync = async function () {
  await datasync.call(this);
  if (lines === Number(number)) die();
};
