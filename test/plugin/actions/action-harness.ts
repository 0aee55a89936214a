import type { ActionContext, ActionType, Precheck } from '../../../plugin/actions/action-type.ts';
import { DEFAULT_ACTION_SETTINGS } from '../../../plugin/actions/settings.ts';
import type { ActionSettings } from '../../../plugin/actions/settings.ts';
import { FakeNova } from './fake-nova.ts';
import { ManualClock } from './manual-clock.ts';

/** One action against a Nova that follows a script, in time that passes at once. */
export interface ActionHarness {
  readonly nova: FakeNova;
  readonly clock: ManualClock;
  readonly cancel: AbortController;
  readonly context: ActionContext;
  /** `42 %: message` or `message`, in order. */
  readonly reports: string[];
  precheck(type: ActionType<unknown>, parameters: unknown): Promise<Precheck>;
  /** What `execute` ended with: `done`, or the error's name, phase and message. */
  execute(type: ActionType<unknown>, parameters: unknown): Promise<string>;
  stop(): void;
}

export async function startHarness(settings: Partial<ActionSettings> = {}): Promise<ActionHarness> {
  const clock = new ManualClock();
  const nova = new FakeNova(() => clock.now());
  const cloud = await nova.start();
  const cancel = new AbortController();
  const reports: string[] = [];
  const context: ActionContext = {
    cloud,
    clock,
    signal: cancel.signal,
    callSignal: new AbortController().signal,
    settings: { ...DEFAULT_ACTION_SETTINGS, ...settings },
    intend: () => Promise.resolve(),
    report: ({ percent, message }) =>
      reports.push(percent === undefined ? message : `${Math.floor(percent)} %: ${message}`),
  };
  return {
    nova,
    clock,
    cancel,
    context,
    reports,
    precheck: (type, parameters) => type.precheck(type.parameters.parse(parameters), context),
    execute: (type, parameters) => outcome(type.execute(type.parameters.parse(parameters), context)),
    stop() {
      cloud.close();
      nova.stop();
    },
  };
}

export async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const phase = 'phase' in error ? ` in ${String(error.phase)}` : '';
    return `${error.name}${phase}: ${error.message}`;
  }
}
