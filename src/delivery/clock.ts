/** How far a server's clock is from the local one, as far as its answers tell. */
export interface ServerClock {
  /** Milliseconds to add to the local time when signing; 0 while nothing is known. */
  readonly correctionMs: number;
  /** The best estimate of the offset; undefined while nothing is known. */
  readonly offsetMs: number | undefined;
  /** Learns from one answer; its times are by the local clock. Dates that prove nothing are passed over. */
  observe(answer: { date?: string; age?: string; sentMs: number; answeredMs: number }): void;
}

/** Offsets up to this are within what the server tolerates (`api/facts.md`: about 5 s) and are not corrected. */
const IGNORED_OFFSET_MS = 1000;
/** A `Date` header has whole seconds (RFC 9110, section 5.6.7). */
const DATE_RESOLUTION_MS = 1000;

/** An offset from here on explains a 401. */
export const EXPLAINING_OFFSET_MS = 3000;
/** An offset beyond this is refused: a signature for a far future would be a credential to keep. */
export const MAX_OFFSET_MS = 60 * 60 * 1000;

/**
 * Keeps the interval of offsets that all answers so far allow. One answer says
 * that the server's clock showed its `Date`, give or take the missing fraction
 * of a second, at some moment between sending and receiving. When a clock was
 * set in between, the newest answer counts alone.
 */
export function createServerClock(): ServerClock {
  let lowMs = Number.NEGATIVE_INFINITY;
  let highMs = Number.POSITIVE_INFINITY;
  const offsetMs = () => (Number.isFinite(lowMs) ? Math.round((lowMs + highMs) / 2) : undefined);
  return {
    get offsetMs() {
      return offsetMs();
    },
    get correctionMs() {
      const offset = offsetMs() ?? 0;
      return Math.abs(offset) > IGNORED_OFFSET_MS && Math.abs(offset) <= MAX_OFFSET_MS ? offset : 0;
    },
    observe({ date, age, sentMs, answeredMs }) {
      const serverMs = parseHttpDate(date);
      // An Age header means that a cache answered, with an old Date.
      if (serverMs === undefined || age !== undefined) return;
      const fromMs = serverMs - answeredMs;
      const toMs = serverMs + DATE_RESOLUTION_MS - sentMs;
      const isNews = toMs < lowMs || fromMs > highMs;
      lowMs = isNews ? fromMs : Math.max(lowMs, fromMs);
      highMs = isNews ? toMs : Math.min(highMs, toMs);
    },
  };
}

const HTTP_DATE =
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Milliseconds since the epoch of an IMF-fixdate (RFC 9110, section 5.6.7); undefined for anything else. */
export function parseHttpDate(text: string | undefined): number | undefined {
  if (text === undefined || !HTTP_DATE.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}
