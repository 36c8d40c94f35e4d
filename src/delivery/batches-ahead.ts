import type { Batch } from './batch.js';
import type { Batches } from './deliver.js';

/** Batches of which some are open before they are asked for. */
export interface BatchesAhead extends Batches {
  /** To be called before a batch is sent; what it returns, when that batch has left, or never will. */
  leaving(): () => void;
}

/**
 * The same batches, each of which is opened while those `distance` places
 * before it are under way: as soon as none is leaving, so that it is in nobody's
 * way. To be asked in ascending order; what is opened in vain is dropped, and a
 * failure is told to who asks for that batch.
 */
export function batchesAhead({ count, open }: Batches, distance: number): BatchesAhead {
  const opened = new Map<number, Promise<Batch>>();
  const leaving = new Set<symbol>();
  let next = 0;
  let end = 0;

  const openAhead = () => {
    for (; next < end; next++) {
      const ahead = open(next);
      ahead.catch(() => {});
      opened.set(next, ahead);
    }
  };

  return {
    count,
    open(at) {
      const batch = opened.get(at) ?? open(at);
      opened.delete(at);
      next = Math.max(next, at + 1);
      end = Math.min(at + distance + 1, count);
      return batch;
    },
    leaving() {
      const one = Symbol();
      leaving.add(one);
      return () => {
        if (leaving.delete(one) && leaving.size === 0) openAhead();
      };
    },
  };
}
