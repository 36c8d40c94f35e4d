import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterAll } from 'vitest';

const atEnd: (() => void)[] = [];
afterAll(() => {
  for (const end of atEnd) end();
});

/** A port of 127.0.0.1 on which nobody listens. */
export async function closedPort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const port = portOf(listener.address());
  listener.close();
  await once(listener, 'close');
  return port;
}

const NEVER_ACCEPTING = `
  const { createServer } = require('node:net');
  const listener = createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    console.log(listener.address().port);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;

/** A port on which connections never become ready: its queue is full, and nobody takes from it. */
export async function hangingPort(): Promise<number> {
  const child = spawn(process.execPath, ['-e', NEVER_ACCEPTING], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = Number(String((await once(child.stdout, 'data'))[0]));
  const fillers = Array.from({ length: 4 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  atEnd.push(() => {
    for (const filler of fillers) filler.destroy();
    child.kill('SIGKILL');
  });
  await Promise.race(fillers.map((filler) => once(filler, 'connect')));
  return port;
}

/** A proxy for CONNECT. */
export interface Proxy {
  readonly url: string;
  /** What clients asked, each up to its empty line. */
  readonly heads: readonly string[];
  /** All bytes that came through it or to it. */
  seen(): Buffer;
}

/** Starts a proxy; whatever host is asked for, it leads to `port`, unless it answers with another status. */
export async function startProxy(port: number, status = 200): Promise<Proxy> {
  const heads: string[] = [];
  const chunks: Buffer[] = [];
  const sockets = new Set<Socket>();
  const listener = createServer(async (client) => {
    sockets.add(client.on('error', () => {}));
    client.on('data', (chunk) => chunks.push(chunk));
    heads.push(String((await once(client, 'data'))[0]));
    client.write(`HTTP/1.1 ${status} As told\r\n\r\n`);
    if (status !== 200) return client.end();
    const origin = connect(port, '127.0.0.1').on('error', () => client.destroy());
    sockets.add(origin);
    client.pipe(origin).pipe(client);
    return undefined;
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  atEnd.push(() => {
    listener.close();
    for (const socket of sockets) socket.destroy();
  });
  const url = `http://127.0.0.1:${portOf(listener.address())}`;
  return { url, heads, seen: () => Buffer.concat(chunks) };
}

function portOf(address: ReturnType<ReturnType<typeof createServer>['address']>): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}
