import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { createHttpClient } from '../../../plugin/openstack/http.ts';
import { sendWithRetry } from '../../../plugin/openstack/retry.ts';
import { failureOf } from './harness.ts';

describe('tls', () => {
  let server: Server;
  let url: string;
  let certificate: string;
  const { signal } = new AbortController();

  before(async function () {
    const folder = mkdtempSync(join(tmpdir(), 'auspex-tls-'));
    try {
      makeCertificate(folder);
    } catch {
      // Without openssl there is no certificate to try it with.
      rmSync(folder, { recursive: true });
      this.skip();
    }
    certificate = readFileSync(join(folder, 'cert.pem'), 'utf8');
    const key = readFileSync(join(folder, 'key.pem'), 'utf8');
    rmSync(folder, { recursive: true });
    server = createServer({ key, cert: certificate }, (_request, response) => response.end('{}'));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });

  after(() => server?.close());

  async function get(tls: { readonly verify: boolean; readonly ca: string | undefined }) {
    const client = createHttpClient({ ...tls, cert: undefined, key: undefined });
    let sent = 0;
    const request = { method: 'GET', url, headers: {}, timeoutMilliseconds: 5000, reuseConnection: true };
    const policy = { attempts: 3, sleep: async () => {}, random: () => 0, now: () => 0 };
    const send = () => {
      sent += 1;
      return client.send(request, signal);
    };
    try {
      return { status: (await sendWithRetry(send, policy, signal)).status, sent };
    } catch (error) {
      throw Object.assign(error as Error, { sent });
    } finally {
      client.close();
    }
  }

  it('trusts what the CA file signs', async () => {
    expect(await get({ verify: true, ca: certificate })).to.deep.equal({ status: 200, sent: 1 });
  });

  it('trusts no other, and does not try again', async () => {
    const error = await failureOf(get({ verify: true, ca: undefined }));

    expect(error.message).to.match(/self.signed certificate/);
    expect(error).to.have.property('sent', 1);
  });

  it('trusts all when told not to verify', async () => {
    expect(await get({ verify: false, ca: undefined })).to.deep.equal({ status: 200, sent: 1 });
  });
});

function makeCertificate(folder: string): void {
  const made = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
  const about = ['-subj', '/CN=auspex-test', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync('openssl', ['req', ...kind, ...made, ...about], { stdio: 'ignore' });
}
