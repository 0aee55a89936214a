/** Where an action went wrong, in Watcher's words. */
export type ActionPhase = 'pre_condition' | 'execute' | 'post_condition';

/** The action did not do what it was for; the message is one sentence for the administrator. */
export class ActionFailedError extends Error {
  override readonly name = 'ActionFailedError';
  readonly code = 'action_failed';
  readonly phase: ActionPhase;

  constructor(message: string, options: { readonly phase?: ActionPhase; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.phase = options.phase ?? 'execute';
  }
}

/** The action ended because its signal fired, and left things as they were. */
export class ActionCancelledError extends Error {
  override readonly name = 'ActionCancelledError';
  readonly code = 'action_cancelled';
}
