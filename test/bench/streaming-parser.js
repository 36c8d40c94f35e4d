// What a streaming JSON parser takes for the same file.
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { parser } from 'stream-json';
import { streamValues } from 'stream-json/streamers/stream-values.js';

let records = 0;
const values = pipeline(
  createReadStream(process.argv[2]),
  parser.asStream({ jsonStreaming: true }),
  streamValues.asStream(),
  () => {},
);
for await (const _ of values) records++;
console.log(records);
