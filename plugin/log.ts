import type { Logger } from 'pino';
import { pino, stdSerializers } from 'pino';

/** The codes of our own errors. Those of Node and of libraries are in capitals. */
const OWN_CODE = /^[a-z]+(_[a-z]+)*$/;

/** JSON lines on standard output, or where `destination` says. */
export function createLogger(level: string, destination?: { write(line: string): void }): Logger {
  const options = { name: 'auspex', level, serializers: { err: errorInLog } };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** Errors that were foreseen are a sentence; what nobody expected comes with the place where it happened. */
function errorInLog(error: Error): object {
  const code = 'code' in error ? error.code : undefined;
  if (typeof code === 'string' && OWN_CODE.test(code)) return { code, message: error.message };
  return stdSerializers.err(error);
}
