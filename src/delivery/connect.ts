import { request as httpRequest } from 'node:http';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { systemError } from '../system-error.js';
import { isLoopbackAddress } from './loopback.js';

/** Where requests go, and how they get there. */
export interface Route {
  /** `https:`, or `http:` on a loopback host; nothing but an origin. */
  origin: URL;
  /** A proxy that is asked to CONNECT; it sees neither signature nor records. */
  proxy: URL | undefined;
}

/** Why no connection became ready: nothing was sent. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError';
  /** Will it be the same next time? True for a certificate or protocol that is not to be trusted. */
  readonly permanent: boolean;
  /** The system's code or words. */
  readonly reason: string;
  constructor(reason: string, permanent: boolean) {
    super(reason);
    this.reason = reason;
    this.permanent = permanent;
  }
}

/**
 * A fresh connection that is ready for its first byte, TLS and certificate
 * checked. Rejects with `ConnectError`, also when the signal aborts first.
 */
export async function connect(route: Route, signal: AbortSignal): Promise<Socket> {
  const { origin, proxy } = route;
  const host = hostName(origin);
  const through = proxy === undefined ? undefined : await openTunnel(proxy, origin, signal);
  if (origin.protocol === 'https:') {
    // Loaded where it is used: what stays on this machine needs no TLS.
    const { connect: connectTls } = await import('node:tls');
    const named = isIP(host) === 0 ? { servername: host } : {};
    const where = through === undefined ? { host, port: portOf(origin) } : { socket: through };
    // Set here, so that NODE_TLS_REJECT_UNAUTHORIZED cannot switch it off.
    const tls = connectTls({
      ...where,
      ...named,
      minVersion: 'TLSv1.2',
      rejectUnauthorized: true,
      ALPNProtocols: ['http/1.1'],
    });
    return ready(tls, 'secureConnect', signal);
  }
  const socket = await ready(connectTcp({ host, port: portOf(origin) }), 'connect', signal);
  if (isLoopbackAddress(socket.remoteAddress ?? '')) return socket;
  socket.destroy();
  throw new ConnectError(`${host} is not this machine, and http is for this machine only`, true);
}

function hostName(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

const TOO_LATE = 'no connection within the time limit';

function ready<S extends Socket>(
  socket: S,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
): Promise<S> {
  return new Promise((resolve, reject) => {
    const fail = (error: ConnectError) => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      reject(error);
    };
    const abort = () => fail(new ConnectError(TOO_LATE, false));
    socket.once('error', (error) => fail(connectError(error, socket)));
    socket.once('close', () =>
      fail(new ConnectError('the connection was closed before it was ready', false)),
    );
    socket.once(event, () => {
      signal.removeEventListener('abort', abort);
      socket.removeAllListeners('error').removeAllListeners('close');
      resolve(socket);
    });
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

function connectError(
  error: Error,
  socket: Socket & Partial<Pick<TLSSocket, 'authorizationError'>>,
): ConnectError {
  const { code, message } = systemError(error);
  const untrusted =
    socket.authorizationError != null ||
    code === 'EPROTO' ||
    code.startsWith('ERR_SSL_') ||
    code.startsWith('ERR_TLS_');
  return new ConnectError(code || message, untrusted);
}

/** Asks the proxy for a connection to the origin (RFC 9110, section 9.3.6). */
async function openTunnel(proxy: URL, origin: URL, signal: AbortSignal): Promise<Duplex> {
  const authority = `${origin.hostname}:${portOf(origin)}`;
  const request = proxy.protocol === 'https:' ? (await import('node:https')).request : httpRequest;
  return new Promise((resolve, reject) => {
    const tunnel = request({
      method: 'CONNECT',
      host: hostName(proxy),
      port: portOf(proxy),
      path: authority,
      headers: { Host: authority, ...proxyAuthorization(proxy) },
      agent: false,
      rejectUnauthorized: true,
      signal,
    });
    const fail = (reason: string, permanent: boolean) =>
      reject(new ConnectError(`proxy: ${reason}`, permanent));
    tunnel.once('connect', (answer, socket) => {
      if (answer.statusCode === 200) return resolve(socket);
      socket.destroy();
      fail(
        `HTTP ${answer.statusCode}`,
        answer.statusCode !== 502 && answer.statusCode !== 503 && answer.statusCode !== 504,
      );
    });
    tunnel.once('response', (answer) => {
      answer.destroy();
      fail(`HTTP ${answer.statusCode}`, true);
    });
    tunnel.once('error', (error) =>
      fail(signal.aborted ? TOO_LATE : systemError(error).code || 'no answer', false),
    );
    tunnel.end();
  });
}

function proxyAuthorization(proxy: URL): Record<string, string> {
  if (proxy.username === '') return {};
  const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { 'Proxy-Authorization': `Basic ${Buffer.from(credentials).toString('base64')}` };
}
