import { describe, expect, test } from 'vitest';
import { named, play, playRow, type Row } from './scenario.js';

const S = 1000;
const MIN = 60 * S;

const CORRECTED: [name: string, offsetMs: number, sentence: RegExp][] = [
  ['C2 30 s behind', 30 * S, /clock is (29|30)\.\d s behind the server's: dates are corrected/],
  ['C2 30 s ahead', -30 * S, /clock is (29|30)\.\d s ahead of the server's/],
  ['C2 10 min behind', 10 * MIN, /clock is (9 min 59|10 min 0) s behind the server's/],
  ['C2 10 min ahead', -10 * MIN, /clock is (9 min 59|10 min 0) s ahead of the server's/],
  ['59 min behind', 59 * MIN, /clock is (58 min 59|59 min 0) s behind/],
];

describe('a clock that is off', () => {
  test.each(CORRECTED)(
    '%s is corrected once, and said once, in every strategy',
    async (_name, clockOffsetMs, sentence) => {
      const { told, server } = await playRow({
        name: '',
        conflict: 'raise',
        pins: 'abcdef',
        server: { clockOffsetMs },
        exit: 0,
        requests: 4,
        ledger: ['ab', 'cd', 'ef'],
        counts: { accepted: 6 },
        says: [sentence],
      });
      expect(told.match(/dates are corrected/g)).toHaveLength(1);
      const ages = server.requests.slice(1).map(({ dateAgeMs = 9e9 }) => Math.abs(dateAgeMs));
      expect(Math.max(...ages)).toBeLessThan(2 * S);
    },
  );

  test.each([3 * S, -3 * S])('C1 by %i ms is within what the server takes', async (clockOffsetMs) => {
    const { result, server, told } = await play({ server: { clockOffsetMs } });
    expect([result.code, server.requests.length]).toEqual([0, 2]);
    expect(told).not.toContain('HTTP 401');
  });

  const REFUSED: Row[] = [
    ['C3 2 h behind', 120 * MIN, /clock is (1 h 59|2 h 0) min off the server's\. Set the clock/] as const,
    ['C3 2 h ahead', -120 * MIN, /clock is (1 h 59|2 h 0) min off the server's\. Set the clock/] as const,
  ].map(([name, clockOffsetMs, sentence]) => ({
    name,
    conflict: 'raise',
    server: { clockOffsetMs },
    exit: 4,
    requests: 1,
    ledger: [],
    counts: { 'not sent': 4 },
    says: [sentence, /timedatectl set-ntp true/, /4 were not sent\. .*[Gg]o on with:/],
  }));
  test.each(named(REFUSED))('%s is refused with the figure', async (_name, row) => {
    await playRow(row);
  });

  test('C5 that is set while the run goes on is followed', async () => {
    const { result, server } = await play({
      pins: 'abcdef',
      server: { clockOffsetMs: (number) => (number <= 1 ? 0 : 5 * MIN) },
    });
    expect([result.code, server.requests.length]).toEqual([0, 4]);
  });

  test('a 401 that goes on after the correction is a refusal', async () => {
    await playRow({
      name: '',
      server: { clockOffsetMs: (number) => number * 10 * MIN },
      exit: 4,
      requests: 2,
      ledger: [],
      counts: { 'not sent': 4 },
      says: [/refused the request itself/],
    });
  });
});
