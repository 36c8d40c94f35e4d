import { type Checked, type CheckListener, type CheckRules, check } from './check.js';
import type { Emit, PushEvent } from './events.js';
import { type Inputs, openInputs } from './input/inputs.js';
import type { Input } from './input/source.js';
import type { Time } from './time.js';

/** Checks inputs as a push would, and sends nothing. Rejects with `InputError`. */
export async function validate(
  from: readonly Input[],
  rules: CheckRules,
  emit: Emit,
  time: Time,
  stop: AbortSignal,
): Promise<Checked> {
  const inputs = await openInputs(from);
  try {
    const checked = await check(
      inputs,
      rules,
      time.now(),
      () => true,
      { ...checkEvents(emit), invalid: () => {} },
      stop,
    );
    emit(checkedEvent(checked, inputs));
    return checked;
  } finally {
    await inputs.close();
  }
}

/** Tells what a check finds as events. */
export function checkEvents(emit: Emit): Pick<CheckListener, 'problem' | 'progress'> {
  return {
    problem: (problem) => emit({ type: 'problem', problem }),
    progress: (customizations, bytes) => emit({ type: 'reading', customizations, bytes }),
  };
}

/** Tells that a check is over. */
export function checkedEvent(checked: Checked, inputs: Inputs): PushEvent {
  const { read, invalid, errors, warnings } = checked;
  return { type: 'checked', read, invalid, errors, warnings, files: inputs.sources.map(({ name }) => name) };
}
