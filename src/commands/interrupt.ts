import { type ExitCode, SIGNAL_CODES, type StopSignal } from '../exit-code.js';

/** The signals of a run. */
export interface Interrupt {
  /** Aborts at the first signal. */
  readonly stop: AbortSignal;
  /** The first signal, once there was one. */
  readonly by: StopSignal | undefined;
  /** Leaves signals to the system again. */
  end(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const satisfies readonly StopSignal[];

/** Lets the first signal end the run in order, and the second one end the process at once. */
export function watchSignals(host: NodeJS.Process): Interrupt {
  const stop = new AbortController();
  let by: Interrupt['by'];
  const listeners = SIGNALS.map((signal) => {
    const listener = () => {
      if (by !== undefined) host.exit(SIGNAL_CODES[signal]);
      by = signal;
      stop.abort();
    };
    host.on(signal, listener);
    return { signal, listener };
  });
  return {
    stop: stop.signal,
    get by() {
      return by;
    },
    end() {
      for (const { signal, listener } of listeners) host.off(signal, listener);
    },
  };
}

/** Ends the process in a way that a script can tell from a run that finished, when something throws where nobody catches. */
export function watchDefects(host: NodeJS.Process, onDefect: (error: unknown) => ExitCode): { end(): void } {
  const listener = (error: unknown) => host.exit(onDefect(error));
  host.on('uncaughtException', listener);
  return { end: () => host.off('uncaughtException', listener) };
}
