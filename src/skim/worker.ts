import { parentPort, workerData } from 'node:worker_threads';
import { findPlainRecords } from './plain-records.js';
import { createSkim } from './record.js';

/** A part of an input to look at, in memory that both threads see. */
export interface Part {
  number: number;
  bytes: Uint8Array;
}

const skim = createSkim(Number(workerData));

parentPort?.on('message', ({ number, bytes }: Part) => {
  const records = findPlainRecords(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), skim);
  parentPort?.postMessage({ number, records }, [records.buffer]);
});
parentPort?.postMessage(undefined);
