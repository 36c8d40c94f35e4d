import type { Batch } from './batch.js';
import type { Batches } from './deliver.js';

/**
 * The same batches, each of which is opened while those `distance` places
 * before it are under way. To be asked in ascending order; what is opened in
 * vain is dropped, and a failure is told to who asks for that batch.
 */
export function openAhead({ count, open }: Batches, distance: number): Batches {
  const opened = new Map<number, Promise<Batch>>();

  const openNext = (next: number) => {
    if (next >= count || opened.has(next)) return;
    const ahead = open(next);
    ahead.catch(() => {});
    opened.set(next, ahead);
  };

  return {
    count,
    async open(at) {
      // What is sent next comes first, at the beginning above all, when nothing is open.
      const batch = await (opened.get(at) ?? open(at));
      opened.delete(at);
      openNext(at + distance);
      return batch;
    },
  };
}
