// The floor: what reading the records of a file costs, whoever does it. Reads, splits at 0x0A, parses.
import { closeSync, openSync, readSync } from 'node:fs';

const file = openSync(process.argv[2]);
const buffer = Buffer.allocUnsafe(1024 * 1024);
let kept = 0;
let records = 0;
for (;;) {
  const read = readSync(file, buffer, kept, buffer.length - kept, null);
  if (read === 0) break;
  const end = kept + read;
  let start = 0;
  for (;;) {
    const feed = buffer.subarray(0, end).indexOf(0x0a, start);
    if (feed === -1) break;
    JSON.parse(buffer.toString('utf8', start, feed));
    records++;
    start = feed + 1;
  }
  buffer.copyWithin(0, start, end);
  kept = end - start;
}
closeSync(file);
console.log(records);
