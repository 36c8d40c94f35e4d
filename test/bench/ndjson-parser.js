// What the ndjson package's parser takes for the same file.
import { createReadStream } from 'node:fs';
import ndjson from 'ndjson';

let records = 0;
for await (const _ of createReadStream(process.argv[2]).pipe(ndjson.parse())) records++;
console.log(records);
