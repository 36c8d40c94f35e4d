import { type Batch, halves } from './batch.js';
import type { Journal } from './journal.js';

/**
 * Holds every batch that a journal knows against the input. The customizations
 * that it knows to be accepted are counted; `changed` is the first batch whose
 * bytes are not those that were sent.
 */
export async function compareWithJournal(
  journal: Journal,
  open: (at: number) => Promise<Batch>,
): Promise<{ accepted: number; changed?: Batch }> {
  let accepted = 0;
  let whole: Batch | undefined;
  for (const name of journal.names) {
    const [index = '', ...path] = name.split('.');
    // The halves of a batch follow it, so that it is read once.
    if (whole?.name !== index) whole = await open(Number(index) - 1);
    const batch = path.reduce((part, half) => halves(part)[half === '1' ? 0 : 1], whole);
    if (!journal.matches(batch)) return { accepted, changed: batch };
    if (journal.known(name) === 'accepted') accepted += batch.count;
  }
  return { accepted };
}
