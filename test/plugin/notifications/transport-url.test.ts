import { expect } from 'chai';
import fc from 'fast-check';
import { parseTransportUrl, TransportUrlError } from '../../../plugin/notifications/transport-url.ts';

describe('transport URL', () => {
  it('names a node with all its parts', () => {
    expect(parseTransportUrl('rabbit://nova:s%40cret@mq-1:5673/cloud')).deep.equals([
      {
        protocol: 'amqp',
        hostname: 'mq-1',
        port: 5673,
        username: 'nova',
        password: 's@cret',
        vhost: 'cloud',
      },
    ]);
  });

  it('names several nodes, with defaults, IPv6 and TLS', () => {
    const nodes = parseTransportUrl('rabbit://u:p@mq-1,u:p@[fd00::1]:5999/?ssl=1');

    expect(nodes.map(({ protocol, hostname, port, vhost }) => [protocol, hostname, port, vhost])).deep.equals(
      [
        ['amqps', 'mq-1', 5671, '/'],
        ['amqps', 'fd00::1', 5999, '/'],
      ],
    );
    expect(parseTransportUrl('rabbit://mq')[0]).deep.include({ username: 'guest', port: 5672 });
  });

  it('refuses what it cannot read, without repeating it', () => {
    for (const url of [
      'http://secret@x/',
      'rabbit://',
      'rabbit://u:secret@/v',
      'rabbit://u:secret@h:99999/',
      'rabbit://u:secret%@h/',
      'rabbit://u:secret@h:x/',
    ]) {
      expect(() => parseTransportUrl(url), url)
        .throws(TransportUrlError)
        .with.property('message')
        .that.does.not.contain('secret');
    }
  });

  it('reads back any user, password and virtual host that was encoded', () => {
    const text = fc.string({ minLength: 1, unit: 'binary' }).filter(value => value.isWellFormed());
    fc.assert(
      fc.property(text, text, text, (username, password, vhost) => {
        const [user, secret, host] = [username, password, vhost].map(encodeURIComponent);
        const [node] = parseTransportUrl(`rabbit://${user}:${secret}@mq:1/${host}`);
        expect(node).deep.include({ username, password, vhost });
      }),
    );
  });
});
