import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { systemTime, type Time } from '../time.js';
import { refuse } from './answer.js';
import type { Fault } from './faults.js';
import { createService, type SandboxRequest, type SandboxStats } from './service.js';
import { createStore } from './store.js';
import { react, readBody } from './wire.js';

/** A tracker and a key for pushes to a sandbox of one's own; neither is a secret. */
export const SANDBOX_TRACKER_ID = 'sandbox';
export const SANDBOX_PRIVATE_KEY = 'sandbox-key-not-a-secret';

/** What a sandbox serves, and how it misbehaves. */
export interface SandboxOptions {
  trackerId: string;
  privateKey: string;
  /** 0, the default, takes any free one. */
  port?: number;
  /** Wait before each answer. */
  latencyMs?: number;
  /** More requests than that in a minute are answered 429. */
  throttlePerMinute?: number;
  /** Their rates may add up to 1. */
  faults?: readonly Fault[];
  /** The same seed misbehaves on the same requests; drawn when left out. */
  seed?: number;
  /** How far the server's clock, which sets and checks `Date`, is ahead of the local one. */
  clockOffsetMs?: number;
  /** Whether a refused request leaves nothing behind (default), or the customizations before the culprit. */
  atomic?: boolean;
  time?: Time;
  /** Told of each request, just before it is answered. */
  onRequest?: (request: SandboxRequest) => void;
}

/** A running sandbox. */
export interface Sandbox {
  /** `http://127.0.0.1:<port>`, fit for `--base-url`. */
  readonly origin: string;
  /** Given or drawn: with it the same requests meet the same misbehaviour again. */
  readonly seed: number;
  readonly stats: SandboxStats;
  /** The stored customizations, each the line that was sent, by the first arrival of their scopes. */
  stored(): string[];
  /** Stops at once; whoever still waits for an answer loses the connection. */
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

/**
 * Starts a server on loopback that behaves as the API's contract says
 * (`api/bulk-create.md`), and misbehaves as the options say. Rejects when the
 * port is taken, and with a `RangeError` when the rates of the faults do not fit.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { trackerId, privateKey, faults = [], throttlePerMinute = Number.POSITIVE_INFINITY } = options;
  const { time = systemTime, latencyMs = 0, clockOffsetMs = 0, onRequest = () => {} } = options;
  const seed = options.seed ?? Math.floor(time.random() * 2 ** 32);
  const store = createStore(options.atomic ?? true);
  const service = createService({ trackerId, privateKey }, store, { throttlePerMinute, faults, seed });
  const clock = () => time.now() + clockOffsetMs;
  const closing = new AbortController();

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url: target = '', headers } = request;
    const finish = service.begin({ method, target, headers }, clock());
    const outcome = finish(await readBody(request));
    await time.sleep(latencyMs, closing.signal);
    if (closing.signal.aborted) return;
    onRequest(outcome.request);
    react(outcome.reaction, response, clock());
  };

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      const answer = refuse(500, `The sandbox itself failed: ${String(error)}`);
      react({ kind: 'answer', answer }, response, clock());
    });
  });
  const origin = await listen(server, options.port ?? 0);
  return {
    origin,
    seed,
    get stats() {
      return service.stats;
    },
    stored: () => store.lines(),
    close: () =>
      new Promise((resolve) => {
        closing.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Its origin, once it listens. */
async function listen(server: Server, port: number): Promise<string> {
  server.listen(port, HOST);
  await once(server, 'listening');
  const address = server.address();
  return `http://${HOST}:${typeof address === 'object' ? address?.port : port}`;
}
