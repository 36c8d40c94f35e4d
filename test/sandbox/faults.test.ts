import { describe, expect, test } from 'vitest';
import { accepted } from '../../src/sandbox/answer.js';
import {
  createFaultDraw,
  createThrottle,
  FAULT_KINDS,
  type Fault,
  parseFault,
  reactionOf,
} from '../../src/sandbox/faults.js';

describe('a fault in words', () => {
  test.each([
    ['500:0.1', { kind: '500', rate: 0.1 }],
    ['reset:5%', { kind: 'reset', rate: 0.05 }],
    ['timeout:1', { kind: 'timeout', rate: 1 }],
    ['truncated:100%', { kind: 'truncated', rate: 1 }],
    ['429:.5', { kind: '429', rate: 0.5 }],
    ['503:0', { kind: '503', rate: 0 }],
    ['504:0.5%', { kind: '504', rate: 0.005 }],
  ])('%s is understood', (text, fault) => {
    expect(parseFault(text)).toEqual(fault);
  });

  test.each([
    '500',
    '500:',
    ':0.1',
    '501:0.1',
    'Reset:0.1',
    'reset:2',
    'reset:101%',
    'reset:-0.1',
    'reset:1e-1',
    'reset:0x1',
    'reset:0.1 ',
    'reset:0.1:0.1',
  ])('"%s" is not', (text) => {
    expect(parseFault(text)).toBeUndefined();
  });
});

describe('the draw', () => {
  const faults: Fault[] = [
    { kind: 'reset', rate: 0.2 },
    { kind: '429', rate: 0.1 },
    { kind: '500', rate: 0.1 },
  ];
  const draws = (seed: number, count: number) => {
    const draw = createFaultDraw(faults, seed);
    return Array.from({ length: count }, () => {
      const drawn = draw();
      return drawn ? `${drawn.kind} ${drawn.when}` : 'none';
    });
  };

  test('is the same for the same seed and another for another', () => {
    expect(draws(7, 100)).toEqual(draws(7, 100));
    expect(draws(7, 100)).not.toEqual(draws(8, 100));
  });

  test('meets each rate, half before and half after; a 429 always before', () => {
    const drawn = draws(1, 20_000);
    const share = (what: string) => drawn.filter((one) => one === what).length / drawn.length;
    expect(share('reset before')).toBeCloseTo(0.1, 1.5);
    expect(share('reset after')).toBeCloseTo(0.1, 1.5);
    expect(share('429 before')).toBeCloseTo(0.1, 1.5);
    expect(share('500 before')).toBeCloseTo(0.05, 1.5);
    expect(share('500 after')).toBeCloseTo(0.05, 1.5);
    expect(share('none')).toBeCloseTo(0.6, 1.5);
    expect(new Set(drawn).size).toBe(6);
  });

  test('of a rate of 1 is met by every request, of a rate of 0 by none', () => {
    const always = createFaultDraw([{ kind: '502', rate: 1 }], 3);
    const never = createFaultDraw([{ kind: '502', rate: 0 }], 3);
    for (let at = 0; at < 1000; at++) {
      expect(always()?.kind).toBe('502');
      expect(never()).toBeUndefined();
    }
  });

  test.each([[[0.6, 0.5]], [[-0.1, 0.5]], [[Number.NaN]]])('refuses the rates %j', (rates) => {
    const wrong = rates.map((rate): Fault => ({ kind: 'reset', rate }));
    expect(() => createFaultDraw(wrong, 1)).toThrow(RangeError);
  });

  test('takes rates that add up to 1 but for rounding', () => {
    const tenths = Array.from({ length: 10 }, (): Fault => ({ kind: 'reset', rate: 0.1 }));
    const thirds = [0.7, 0.1, 0.2].map((rate): Fault => ({ kind: '500', rate }));
    expect(() => [createFaultDraw(tenths, 1), createFaultDraw(thirds, 1)]).not.toThrow();
  });
});

describe('a reaction', () => {
  test('without misbehaviour is the answer', () => {
    expect(reactionOf(undefined, accepted)).toEqual({ kind: 'answer', answer: accepted });
  });

  test.each(['reset', 'timeout'] as const)('to %s is no answer', (kind) => {
    expect(reactionOf({ kind, when: 'after' }, accepted)).toEqual({ kind });
  });

  test.each(FAULT_KINDS.filter((kind) => /^\d+$/.test(kind)))(
    'to %s is an answer with that status',
    (kind) => {
      expect(reactionOf({ kind, when: 'before' }, accepted)).toMatchObject({
        answer: { status: Number(kind) },
      });
    },
  );
});

describe('the throttle', () => {
  test('lets so many requests through in any minute, and says how long to wait', () => {
    const throttle = createThrottle(2);
    expect(throttle(0)).toBeUndefined();
    expect(throttle(10_000)).toBeUndefined();
    expect(throttle(10_001)).toBe(50);
    expect(throttle(59_999)).toBe(1);
    expect(throttle(60_000)).toBeUndefined();
    expect(throttle(60_001)).toBe(10);
    expect(throttle(70_000)).toBeUndefined();
  });
});
