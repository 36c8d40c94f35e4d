// What a streaming JSON parser takes for the same file.
import { createReadStream } from 'node:fs';
import chain from 'stream-chain';
import { parser } from 'stream-json';
import { streamValues } from 'stream-json/streamers/stream-values.js';

let records = 0;
const values = chain([createReadStream(process.argv[2]), parser({ jsonStreaming: true }), streamValues()]);
for await (const _ of values) records++;
console.log(records);
