/** What the sandbox answers; `reason` is that of the body, where the sandbox refuses. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
  reason?: string;
}

/** Messages per field, as in `exception_details` of the contract (`api/bulk-create.md`, "Error handling"). */
export type Details = Record<string, string[]>;

const JSON_TYPE = { 'Content-Type': 'application/json' };

/** The one answer to a batch that was stored. */
export const accepted: Answer = { status: 200, headers: JSON_TYPE, body: '{}' };

/** A refusal of the contract's shape. */
export function refuse(
  status: number,
  reason: string,
  details: Details = {},
  headers: Record<string, string> = {},
): Answer {
  const body = JSON.stringify({ reason, exception_details: details });
  return { status, headers: { ...JSON_TYPE, ...headers }, body, reason };
}

/** The 429 of a throttled API (`api/facts.md`, "Limits and throttling"). */
export function throttled(waitSeconds: number): Answer {
  return refuse(429, 'Too many requests.', {}, { 'Retry-After': String(waitSeconds) });
}

/** What a proxy says when the server behind it does not answer: HTML, none of the contract's shape. */
export function proxyPage(status: number, title: string): Answer {
  return {
    status,
    headers: { 'Content-Type': 'text/html' },
    body: `<!doctype html><title>${status} ${title}</title><h1>${title}</h1>\n`,
  };
}
