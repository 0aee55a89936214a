import type { RequestHandler } from 'express';
import type { CallFault } from '../world/faults.ts';
import { uniform } from '../world/random.ts';
import { Failure } from './context.ts';

/** First part of the path to the service type that it belongs to. */
const SERVICE_OF: Readonly<Record<string, string>> = {
  identity: 'identity',
  compute: 'compute',
  placement: 'placement',
  metric: 'metric',
  network: 'network',
  volume: 'volumev3',
  image: 'image',
};

/** Makes calls slow, failing or never answered, by request (`times`) or by rate (`share`). */
export class CallFaults {
  readonly #seed: number;
  #rules: { readonly fault: CallFault; left: number }[] = [];
  #calls = 0;

  constructor(seed: number, faults: readonly CallFault[] = []) {
    this.#seed = seed;
    for (const fault of faults) this.add(fault);
  }

  add(fault: CallFault): void {
    this.#rules.push({ fault, left: fault.times ?? Infinity });
  }

  clear(): void {
    this.#rules = [];
  }

  get list(): readonly CallFault[] {
    return this.#rules.filter(rule => rule.left > 0).map(rule => rule.fault);
  }

  readonly handler: RequestHandler = (request, response, next) => {
    const fault = this.#next(request.method, request.path);
    if (fault === undefined) return next();
    switch (fault.kind) {
      case 'slow':
        setTimeout(next, 1000 * (fault.seconds ?? 1)).unref();
        return;
      case 'fail': {
        const status = fault.status ?? 503;
        throw new Failure(status, { error: { code: status, message: fault.message ?? 'simulated failure' } });
      }
      case 'drop':
        response.destroy();
        return;
      case 'hang':
    }
  };

  #next(method: string, path: string): CallFault | undefined {
    const service = SERVICE_OF[path.split('/')[1] ?? ''];
    if (service === undefined) return undefined;
    this.#calls += 1;
    const found = this.#rules.find(
      ({ fault, left }) =>
        left > 0 &&
        (fault.service === undefined || fault.service === service) &&
        (fault.method === undefined || fault.method === method) &&
        (fault.path === undefined || path.includes(fault.path)) &&
        uniform(this.#seed, this.#calls) < (fault.share ?? 1),
    );
    if (found === undefined) return undefined;
    found.left -= 1;
    return found.fault;
  }
}
