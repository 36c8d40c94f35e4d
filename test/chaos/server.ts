import { once, setMaxListeners } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext, type SecureContext, type SecureContextOptions, TLSSocket } from 'node:tls';
import { afterAll } from 'vitest';
import { type Book, createBook, type LedgerEntry, type Milestone, type ReceivedRequest } from './book.js';
import { act, exchange, type House, type Line } from './exchange.js';
import { type ByteReader, createByteReader } from './request.js';
import { inOrder, type Script, type Step } from './step.js';
import { createStore, type StoreMode } from './store.js';

/** What the server is to be; by default honest, atomic, punctual and plain HTTP. */
export interface ServerOptions {
  readonly script?: Script;
  readonly storeMode?: StoreMode;
  /** Lines that are stored before the first request. */
  readonly existing?: readonly string[];
  /** How far the server's clock is ahead of the real one; may change with the request's number. */
  readonly clockOffsetMs?: number | ((number: number) => number);
  /** How far a request's `Date` may be from that clock. */
  readonly toleranceMs?: number;
  /** When they are compared. */
  readonly dateCheck?: House['dateCheck'];
  readonly trackerId?: string;
  readonly privateKey?: string;
  readonly tls?: SecureContextOptions;
  /** 0: any free one. */
  readonly port?: number;
  /** How fast requests are read; what the kernel buffers comes on top. */
  readonly readBytesPerSecond?: number;
  /** Called at each milestone; that exchange goes on when the promise is kept. */
  readonly onMilestone?: (number: number, milestone: Milestone) => void | Promise<void>;
}

/** A running server, and what it wrote down. */
export interface ChaosServer extends Pick<Book, 'applied' | 'mostAtOnce' | 'reached'> {
  readonly origin: string;
  readonly port: number;
  readonly privateKey: string;
  /** The environment that makes the executable push to this server. */
  readonly env: Readonly<Record<string, string>>;
  /** In the order of their heads. */
  readonly requests: readonly ReceivedRequest[];
  /** What was stored, in order. */
  readonly ledger: readonly LedgerEntry[];
  /** What is stored now: scope key to line. */
  readonly scopes: ReadonlyMap<string, string>;
  /** The bytes that each connection brought, deciphered; empty where nothing was read. */
  connections(): readonly Buffer[];
  /** Cuts every connection. */
  close(): Promise<void>;
}

const running = new Set<ChaosServer>();
afterAll(() => Promise.all([...running].map((server) => server.close())));

/** Starts a server on 127.0.0.1. What a test leaves running is closed at the end of its file. */
export async function startServer(options: ServerOptions = {}): Promise<ChaosServer> {
  const { script = [], trackerId = '4711-815', privateKey = 'kéy+/of %tests=0123456789' } = options;
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  const house = createHouse(options, { trackerId, privateKey }, closing.signal);
  const readers: ByteReader[] = [];
  const sockets = new Set<Socket>();
  const serve = createService(
    options,
    typeof script === 'function' ? script : inOrder(script),
    readers,
    house,
  );

  const listener = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (raw) => {
    sockets.add(raw);
    raw.once('close', () => sockets.delete(raw));
    void serve(raw);
  });
  listener.listen(options.port ?? 0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const origin = `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`;

  const { requests, ledger, applied, mostAtOnce, reached } = house.book;
  const server: ChaosServer = {
    origin,
    port,
    privateKey,
    env: {
      LUIGISBOX_TRACKER_ID: trackerId,
      LUIGISBOX_PRIVATE_KEY: privateKey,
      LUIGISBOX_BASE_URL: origin,
    },
    requests,
    ledger,
    applied,
    mostAtOnce,
    reached,
    scopes: house.store.scopes,
    connections: () => readers.map((reader) => reader.seen()),
    async close() {
      if (!running.delete(server)) return;
      closing.abort();
      listener.close();
      for (const socket of sockets) socket.destroy();
      await once(listener, 'close');
    },
  };
  running.add(server);
  return server;
}

function createHouse(
  { storeMode = 'atomic', existing = [], clockOffsetMs = 0, toleranceMs = 5000, ...options }: ServerOptions,
  credentials: { trackerId: string; privateKey: string },
  closing: AbortSignal,
): House {
  const book = createBook();
  return {
    gate: { ...credentials, toleranceMs },
    dateCheck: options.dateCheck ?? 'headers',
    store: createStore(storeMode, existing),
    book,
    nowMs: (number) =>
      Date.now() + (typeof clockOffsetMs === 'function' ? clockOffsetMs(number) : clockOffsetMs),
    async mark(number, milestone) {
      book.pass(number, milestone);
      await options.onMilestone?.(number, milestone);
    },
    closing,
  };
}

/** Serves connections. The first step is taken before anything is read, for it may forbid to read. */
function createService(
  { tls, readBytesPerSecond = Number.POSITIVE_INFINITY }: ServerOptions,
  stepOf: (number: number) => Step,
  readers: ByteReader[],
  house: House,
): (raw: Socket) => Promise<void> {
  const context = tls && createSecureContext(tls);
  let steps = 0;

  return async (raw) => {
    raw.on('error', () => {});
    const number = ++steps;
    const step = stepOf(number);
    const rawReader = createByteReader(raw, readBytesPerSecond);
    const connection = readers.push(rawReader);
    await house.mark(number, 'connected');
    if (step.kind !== 'honest' && step.moment === 'on-connect') {
      await act(step, { raw, stream: raw, reader: rawReader, connection, number }, house);
      return;
    }
    const stream = context === undefined ? raw : await secured(raw, context);
    if (stream === undefined) return;
    const reader = stream === raw ? rawReader : createByteReader(stream, readBytesPerSecond);
    readers[connection - 1] = reader;
    await converse({ raw, stream, reader, connection, number }, step);
  };

  async function converse(first: Line, step: Step): Promise<void> {
    let isOpen = await exchange(first, step, house);
    while (isOpen && (await first.reader.more())) {
      const number = ++steps;
      isOpen = await exchange({ ...first, number }, stepOf(number), house);
    }
    if (isOpen) first.stream.end();
  }
}

/** The connection under TLS; undefined when the client does not accept it. */
async function secured(raw: Socket, secureContext: SecureContext): Promise<Duplex | undefined> {
  const stream = new TLSSocket(raw, { isServer: true, secureContext });
  stream.on('error', () => {});
  const ready = once(stream, 'secure').then(() => true);
  const gone = once(raw, 'close').then(() => false);
  const isReady = await Promise.race([ready, gone]).catch(() => false);
  return isReady ? stream : undefined;
}
