import type { Service } from '../../openstack/services.ts';
import { SERVICES } from '../../openstack/services.ts';
import type { Finding, StatusCheck, Surroundings } from '../status-check/check.ts';
import { credentialsCheck } from '../status-check/cloud.ts';

const PATHS: readonly (readonly [Service, string])[] = [
  ['identity', '/v3'],
  ['compute', '/'],
];
/** The header has whole seconds, and the answer may take one. */
const NOTICED_SECONDS = 5;
/** From here on, samples fall into other steps than those they belong to. */
const HARMFUL_SECONDS = 60;

/** By the header Date; of Keystone, where proxies take it away, by the time at which our token was issued. */
export const clockCheck: StatusCheck = {
  name: 'Clock',
  needs: credentialsCheck,
  run: surroundings => Promise.all(PATHS.map(([service, path]) => compareWith(service, path, surroundings))),
};

async function compareWith(
  service: Service,
  path: string,
  { cloud, now, signal }: Surroundings,
): Promise<Finding> {
  const about = `against ${SERVICES[service].name}'s`;
  const before = now();
  const { headers } = await cloud().session.request({ service, method: 'GET', path, signal });
  const theirs = Date.parse(headers['date'] ?? '');
  if (Number.isNaN(theirs) && service === 'identity') {
    const { aheadMilliseconds } = await cloud().session.identity(signal);
    return { about, ...verdictOn(aheadMilliseconds / 1000) };
  }
  if (Number.isNaN(theirs)) {
    return { about, verdict: 'Success', details: 'Its answers have no Date.' };
  }
  // It was cut down to the second, somewhere between question and answer.
  const seconds = ((before + now()) / 2 - theirs - 500) / 1000;
  return { about, ...verdictOn(seconds) };
}

/** `seconds`: how far this machine's clock is ahead. */
export function verdictOn(seconds: number): Finding {
  const off = Math.abs(seconds);
  if (off < NOTICED_SECONDS) return { verdict: 'Success', details: `Less than ${NOTICED_SECONDS} s apart.` };
  return {
    verdict: off < HARMFUL_SECONDS ? 'Warning' : 'Failure',
    details: `This machine's is ${Math.round(off)} s ${seconds > 0 ? 'ahead' : 'behind'}.`,
    advice: 'let chrony or ntpd set both clocks: samples of usage are placed by them',
  };
}
