import { type Answer, accepted, throttled } from './answer.js';
import {
  createFaultDraw,
  createThrottle,
  type Fault,
  type Misbehaviour,
  type Reaction,
  reactionOf,
} from './faults.js';
import { type Account, checkHead, type HeadVerdict, type RequestHead } from './head.js';
import type { Store } from './store.js';
import type { Body } from './wire.js';

/** One request and what became of it. `method` and `path`, which has its query, are foreign text. */
export interface SandboxRequest {
  method: string;
  path: string;
  /** Lines of the body that are not blank. */
  customizations: number;
  /** Whether they were accepted, whatever the answer said. */
  accepted: boolean;
  /** Left out when the misbehaviour is to give no whole answer. */
  status?: number;
  /** Why they were not. */
  reason?: string;
  misbehaviour?: Misbehaviour;
}

/** Counts since the start. A batch counts as accepted whatever the answer said. */
export interface SandboxStats {
  requests: number;
  misbehaviours: number;
  acceptedBatches: number;
  acceptedCustomizations: number;
  storedScopes: number;
}

/** Decides about requests; knows no sockets. */
interface Service {
  readonly stats: SandboxStats;
  /** Takes a request whose headers are in; what it returns takes the body, once that is. */
  begin(head: RequestHead, nowMs: number): (body: Body) => { request: SandboxRequest; reaction: Reaction };
}

/** How a service misbehaves; see `SandboxOptions`. */
interface Manners {
  throttlePerMinute: number;
  faults: readonly Fault[];
  seed: number;
}

/** The contract over a store, with misbehaviour. `nowMs` is the server's clock. A `RangeError` as in `createFaultDraw`. */
export function createService(account: Account, store: Store, manners: Manners): Service {
  const drawFault = createFaultDraw(manners.faults, manners.seed);
  const throttle = createThrottle(manners.throttlePerMinute);
  const counts = { requests: 0, misbehaviours: 0, acceptedBatches: 0, acceptedCustomizations: 0 };

  const answerTo = (head: HeadVerdict, body: Body): Answer => {
    if (head.refusal) return head.refusal;
    if (body.refusal) return body.refusal;
    const refusal = store.apply(body.lines, head.strategy);
    if (refusal) return refusal;
    counts.acceptedBatches++;
    counts.acceptedCustomizations += body.lines.length;
    return accepted;
  };

  return {
    get stats() {
      return { ...counts, storedScopes: store.size };
    },
    begin(head, nowMs) {
      counts.requests++;
      const misbehaviour = drawFault();
      if (misbehaviour) counts.misbehaviours++;
      const waitSeconds = throttle(nowMs);
      const verdict =
        waitSeconds === undefined ? checkHead(head, account, nowMs) : { refusal: throttled(waitSeconds) };
      return (body) => {
        const answer = misbehaviour?.when === 'before' ? undefined : answerTo(verdict, body);
        const reaction = reactionOf(misbehaviour, answer ?? accepted);
        const request = {
          method: head.method,
          path: head.target,
          customizations: body.refusal ? 0 : body.lines.length,
          accepted: answer === accepted,
          ...(reaction.kind === 'answer' && { status: reaction.answer.status }),
          ...(answer?.reason !== undefined && { reason: answer.reason }),
          ...(misbehaviour && { misbehaviour }),
        };
        return { request, reaction };
      };
    },
  };
}
