import { z } from 'zod';
import type { ActionType, Effect, Precheck } from '../../../plugin/actions/action-type.ts';
import { ActionCancelledError } from '../../../plugin/actions/errors.ts';

const parameters = z.strictObject({
  name: z.string(),
  source: z.string().optional(),
  target: z.string().optional(),
  instance: z.string().optional(),
});

type Parameters = z.infer<typeof parameters>;

/** What the test decides about one action, by name. */
export interface Fate {
  readonly precheck?: Precheck;
  /** Happens during the check. */
  readonly duringPrecheck?: () => Promise<unknown>;
  /** Ends by itself; otherwise the test opens the gate. */
  readonly open?: boolean;
  /** What `execute` throws when the gate opens. */
  readonly error?: Error;
  /** Does not end when it is cancelled, but when the gate opens. */
  readonly stubborn?: boolean;
  /** What `resume` answers. */
  readonly resume?: boolean | Error;
}

/** An action type whose actions begin and end as the test wants. `events` tells in which order: `+a`, `-a`. */
export class Gates {
  readonly events: string[] = [];
  readonly fates = new Map<string, Fate>();
  readonly #begun = new Map<string, PromiseWithResolvers<void>>();
  readonly #opened = new Map<string, PromiseWithResolvers<void>>();

  readonly type: ActionType<Parameters> = {
    name: 'gate',
    description: 'Waits until a test lets it end.',
    parameters,
    effect: effectOf,
    precheck: async ({ name }) => {
      const fate = this.fates.get(name);
      await fate?.duringPrecheck?.();
      return fate?.precheck ?? { outcome: 'proceed' };
    },
    execute: async ({ name }, { signal, callSignal, report }) => {
      this.events.push(`+${name}`);
      report({ percent: 50, message: `half of ${name}` });
      this.#resolvers(this.#begun, name).resolve();
      const fate = this.fates.get(name) ?? {};
      const opened = fate.open === true ? someTurns() : this.#resolvers(this.#opened, name).promise;
      const ends = fate.stubborn === true ? [opened] : [opened, firing(signal)];
      await Promise.race([...ends, firing(callSignal)]);
      callSignal.throwIfAborted();
      this.events.push(`-${name}`);
      if (signal.aborted && fate.stubborn !== true) throw new ActionCancelledError(`${name} was cancelled.`);
      if (fate.error !== undefined) throw fate.error;
    },
    resume: async ({ name }, { signal }) => {
      this.events.push(signal.aborted ? `resume ${name}, cancelled` : `resume ${name}`);
      const answer = this.fates.get(name)?.resume ?? false;
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };

  /** Resolves when the action has begun. */
  begun(name: string): Promise<void> {
    return this.#resolvers(this.#begun, name).promise;
  }

  /** Lets the action end. */
  open(name: string): void {
    this.#resolvers(this.#opened, name).resolve();
  }

  #resolvers(map: Map<string, PromiseWithResolvers<void>>, name: string): PromiseWithResolvers<void> {
    const known = map.get(name) ?? Promise.withResolvers<void>();
    map.set(name, known);
    return known;
  }
}

function effectOf({ name, source, target, instance }: Parameters): Effect {
  if (source === undefined) return { kind: 'none' };
  return { kind: 'move', instanceId: instance ?? name, sourceHost: source, targetHost: target };
}

function firing(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Long enough for others to begin meanwhile if nothing holds them back. */
async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) {
    await new Promise<void>(resolve => {
      setImmediate(resolve);
    });
  }
}
