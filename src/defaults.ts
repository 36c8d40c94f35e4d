/** Defaults of all options, in one place; `--help` and the README print them. */
export const DEFAULTS = {
  conflict: 'raise',
  baseUrl: 'https://live.luigisbox.com',
  batchSize: 5000,
  maxBatchBytes: '4 MiB',
  concurrency: 1,
  retries: 4,
  timeout: 120,
  maxWait: 120,
} as const;
