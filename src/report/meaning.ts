import type { ConflictStrategy } from '../delivery/strategy.js';
import type { Judgement } from '../delivery/verdict.js';
import { safe } from './safe.js';

/** What a meaning depends on, beside the answer. */
export interface Circumstances {
  strategy: ConflictStrategy;
  trackerId: string | undefined;
  origin: string;
  /** The flag or variable that the private key is from, as far as the command line tells. */
  keySource: string;
}

/** What the answer that ended a batch means here, in a sentence or two; undefined when nothing is wrong. */
export function meaningOf(judgement: Judgement, around: Circumstances): string | undefined {
  const { verdict, status } = judgement;
  switch (verdict) {
    case 'accepted':
      return undefined;
    case 'rejected':
      return status === 409 ? conflict(around) : INVALID;
    case 'too-large':
      return '413: one customization alone is larger than the server takes. Give it fewer pins.';
    case 'throttled':
      return status === 413
        ? '413: the server takes no request of this size for the moment. Nothing is wrong with the pins.'
        : '429: the server throttles requests. Nothing is wrong with the pins.';
    case 'unsent':
      return `No connection could be made (${safe(judgement.fault ?? '')}). Check the network, HTTPS_PROXY and NO_PROXY.`;
    case 'in-doubt':
      return inDoubt(judgement);
    case 'refused':
      return refused(judgement, around);
  }
}

const INVALID =
  '422: the server finds a customization invalid that the checks here let pass. It names fields, not lines; whether a part of the batch was stored is not documented.';

function conflict({ strategy }: Circumstances): string {
  return strategy === 'raise'
    ? '409: at least one scope of the batch exists already. The answer does not tell which, nor whether a part of the batch was stored.'
    : `409: the server reports a conflict, though the strategy is ${strategy}. Another push may be under way.`;
}

function inDoubt({ status, fault }: Judgement): string {
  const what = status === undefined ? safe(fault ?? 'no answer') : `HTTP ${status}`;
  const why = status !== undefined && fault !== undefined ? `, but ${safe(fault)}` : '';
  return `${what}${why}: the request was sent, and no answer tells what became of it.`;
}

function refused({ status, fault }: Judgement, around: Circumstances): string {
  const { trackerId = '', origin, keySource } = around;
  if (status === undefined) return unconnected(safe(fault ?? ''), origin);
  if (status === 401 && fault !== undefined)
    return `401: ${safe(fault)}, and a signature is good for about 5 s. Lower --max-batch-bytes, so that an upload is quicker.`;
  if (status === 401)
    return `401: the server does not accept the signature for tracker ${trackerId}, and the clock is right. The private key belongs to another tracker, or is not whole: check ${keySource}.`;
  if (status === 403)
    return `403: tracker ${trackerId} may not do this, or something between here and ${origin} forbids it.`;
  if (status === 404)
    return `404: ${origin} knows no tracker ${trackerId}. Check --tracker-id or LUIGISBOX_TRACKER_ID.`;
  if (status < 400)
    return `${status}: ${origin} sends requests elsewhere. A signed request follows no redirect: check --base-url or LUIGISBOX_BASE_URL.`;
  return `${status}: ${origin} does not take requests of this kind. Check --base-url or LUIGISBOX_BASE_URL.`;
}

function unconnected(fault: string, origin: string): string {
  if (fault.startsWith('proxy: '))
    return `The proxy does not connect to ${origin} (${fault}). Check HTTPS_PROXY, or add the host to NO_PROXY.`;
  return `The certificate of ${origin} is not trusted (${fault}). If a proxy of your network signs it, name its certificate in NODE_EXTRA_CA_CERTS.`;
}
