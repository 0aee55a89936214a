import type { Logger } from 'pino';
import type { TokenValidator } from './token-validator.ts';

/** The code of the error that a session throws when Keystone does not take the service's own credentials. */
const REFUSED = 'authentication_failed';

/** The same, and writes into the log once when Keystone cannot be asked any more, and once when it can again. */
export function reportingOutages(validator: TokenValidator, logger: Logger): TokenValidator {
  let outage: string | undefined;
  const report = (error: unknown): void => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === outage) return;
    outage = code;
    const why = error instanceof Error ? error.message : String(error);
    if (code === REFUSED) logger.error({ why }, "Keystone refuses this service's own credentials");
    else logger.warn({ why }, 'Keystone cannot validate tokens');
  };
  return {
    async validate(token, signal, question) {
      try {
        const owner = await validator.validate(token, signal, question);
        if (outage !== undefined) logger.info('Keystone validates tokens again');
        outage = undefined;
        return owner;
      } catch (error) {
        report(error);
        throw error;
      }
    },
  };
}
