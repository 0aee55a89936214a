/** The URL of the message broker cannot be understood. The message never holds the URL, which has a password in it. */
export class TransportUrlError extends Error {
  override readonly name = 'TransportUrlError';
  readonly code = 'transport_url_invalid';
}

/** One node of a broker. Holds secrets: never log it. */
export interface BrokerNode {
  readonly protocol: 'amqp' | 'amqps';
  readonly hostname: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly vhost: string;
}

const EXPECTED = 'it must have the form rabbit://USER:PASSWORD@HOST:PORT/VHOST';

/**
 * The nodes of an oslo.messaging URL: `rabbit://u:p@host1:5672,u:p@host2:5672/vhost?ssl=1`. Without a virtual host it is `/`.
 * Throws `TransportUrlError`.
 */
export function parseTransportUrl(url: string): readonly BrokerNode[] {
  const parts = /^(?:rabbit|kombu|amqp|amqps):\/\/([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/.exec(url);
  if (parts === null || parts[1] === '') throw new TransportUrlError(EXPECTED);
  const [, hosts, vhost, query] = parts;
  const isTls = url.startsWith('amqps:') || isTruthy(new URLSearchParams(query ?? '').get('ssl'));
  return hosts!.split(',').map(host => {
    const found = /^(?:([^:@]*)(?::([^@]*))?@)?(\[[^\]]+\]|[^:[\]]+)(?::(\d+))?$/.exec(host);
    if (found === null) throw new TransportUrlError(EXPECTED);
    const [, username, password, hostname, port] = found;
    const portNumber = Number(port ?? (isTls ? 5671 : 5672));
    if (portNumber > 65_535) throw new TransportUrlError('its port is above 65535');
    return {
      protocol: isTls ? ('amqps' as const) : ('amqp' as const),
      hostname: hostname!.replaceAll(/[[\]]/g, ''),
      port: portNumber,
      username: decode(username ?? 'guest'),
      password: decode(password ?? 'guest'),
      vhost: vhost === undefined || vhost === '' ? '/' : decode(vhost),
    };
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new TransportUrlError('a percent sign in it must be written as %25', { cause: error });
  }
}

function isTruthy(text: string | null): boolean {
  return text !== null && ['1', 'true', 'yes', 'on'].includes(text.toLowerCase());
}
