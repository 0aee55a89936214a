import { expect } from 'chai';
import { listen, ListenError } from '../../plugin/listen.ts';

describe('listening', () => {
  it('serves on a free port and says where', async () => {
    const listening = await listen((_request, response) => void response.end('here'), '127.0.0.1', 0);

    expect(await (await fetch(listening.url)).text()).to.equal('here');
    await listening.close(0);
  });

  it('says in one sentence that the port is taken', async () => {
    const first = await listen(() => undefined, '127.0.0.1', 0);
    const { port } = new URL(first.url);

    const second = await listen(() => undefined, '127.0.0.1', Number(port)).catch((error: unknown) => error);

    expect(second).to.be.instanceOf(ListenError);
    expect((second as Error).message).to.equal(
      `The API cannot listen on 127.0.0.1:${port}: something else listens there.`,
    );
    await first.close(0);
  });

  it('ends in spite of a request that is never answered', async () => {
    const got = Promise.withResolvers<void>();
    const listening = await listen(() => got.resolve(), '127.0.0.1', 0);
    const request = fetch(listening.url).catch(() => 'cut off');
    await got.promise;
    await listening.close(1);

    expect(await request).to.equal('cut off');
  });
});
