import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { pino } from 'pino';
import { CertificateError, openCertificates } from '../../../plugin/api/certificates.ts';
import { createApiServer } from '../../../plugin/api/http-server.ts';
import { apiSettingsSchema } from '../../../plugin/api/settings.ts';
import type { Listening } from '../../../plugin/listen.ts';
import { listen } from '../../../plugin/listen.ts';

describe('api over TLS', () => {
  const log: string[] = [];
  const logger = pino({}, { write: line => log.push(line) });
  let folder: string;
  let listening: Listening | undefined;
  before(function () {
    folder = mkdtempSync(join(tmpdir(), 'auspex-tls-'));
    try {
      makeCertificate(folder, 'one');
      makeCertificate(folder, 'two');
    } catch {
      // Without openssl there is no certificate to try it with.
      this.skip();
    }
  });
  afterEach(async () => {
    await listening?.close(0);
    listening = undefined;
  });
  after(() => rmSync(folder, { recursive: true }));

  const path = (name: string): string => join(folder, name);
  const start = async (files: object) => {
    const { tls, limits } = apiSettingsSchema.parse({ tls: files });
    const certificates = openCertificates(tls, logger)!;
    const server = createApiServer(
      (_request, response) => void response.end('here'),
      { limits },
      certificates,
    );
    listening = await listen(server, '127.0.0.1', 0);
    return { certificates, url: listening.url };
  };

  it('is served with the certificate', async () => {
    const { url } = await start({ certificateFile: path('one.pem'), keyFile: path('one.key') });

    expect(url).to.match(/^https:/);
    expect(await get(url)).to.deep.equal({ text: 'here', name: 'one' });
  });

  it('takes a new certificate for new connections, and keeps the old one while the new is wrong', async () => {
    for (const kind of ['pem', 'key']) copyFileSync(path(`one.${kind}`), path(`now.${kind}`));
    const { certificates, url } = await start({ certificateFile: path('now.pem'), keyFile: path('now.key') });

    copyFileSync(path('two.pem'), path('now.pem'));
    certificates.reload();
    const half = await get(url);
    copyFileSync(path('two.key'), path('now.key'));
    certificates.reload();

    expect(half.name).to.equal('one');
    expect((await get(url)).name).to.equal('two');
    expect(log.some(line => line.includes('the certificate has become wrong, the old one stays'))).to.be.true;
  });

  it('asks clients for a certificate if told to', async () => {
    const { url } = await start({
      certificateFile: path('one.pem'),
      keyFile: path('one.key'),
      clientCaFile: path('two.pem'),
    });
    const client = { cert: readFileSync(path('two.pem')), key: readFileSync(path('two.key')) };

    expect(await get(url, client)).to.include({ text: 'here' });
    expect(await get(url).catch((error: unknown) => error)).to.be.instanceOf(Error);
  });

  for (const [what, files, sentence] of [
    ['a missing file', ['none.pem', 'one.key'], /^The file .*none\.pem cannot be read: ENOENT\.$/],
    [
      'a key of another certificate',
      ['one.pem', 'two.key'],
      /^The certificate .*one\.pem and the key .*two\.key cannot be used: .*\.$/,
    ],
    [
      'no certificate at all',
      ['text.pem', 'one.key'],
      /^The certificate .*text\.pem and the key .* cannot be used: .*\.$/,
    ],
  ] as const) {
    it(`refuses ${what} in one sentence`, () => {
      writeFileSync(path('text.pem'), 'hello');
      const [certificateFile, keyFile] = files;
      const { tls } = apiSettingsSchema.parse({
        tls: { certificateFile: path(certificateFile), keyFile: path(keyFile) },
      });

      expect(() => openCertificates(tls, logger)).to.throw(CertificateError, sentence);
    });
  }

  it('refuses an authority for clients that is no certificate', () => {
    writeFileSync(path('text.pem'), 'hello');
    const { tls } = apiSettingsSchema.parse({
      tls: { certificateFile: path('one.pem'), keyFile: path('one.key'), clientCaFile: path('text.pem') },
    });

    expect(() => openCertificates(tls, logger)).to.throw(
      CertificateError,
      /^The file .*text\.pem has no certificate of an authority\.$/,
    );
  });

  it('wants certificate and key together', () => {
    expect(apiSettingsSchema.safeParse({ tls: { certificateFile: 'a' } }).success).to.be.false;
    expect(apiSettingsSchema.safeParse({ tls: { clientCaFile: 'a' } }).success).to.be.false;
  });
});

/** What the server says, and whose certificate it shows. */
function get(url: string, client: object = {}): Promise<{ text: string; name: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { rejectUnauthorized: false, agent: false, ...client }, response => {
      const name = (response.socket as TLSSocket).getPeerCertificate().subject.CN;
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ text, name: String(name) }));
    });
    sent.on('error', reject).end();
  });
}

function makeCertificate(folder: string, name: string): void {
  const files = ['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.pem`)];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', ...kind, '-subj', `/CN=${name}`, ...files], { stdio: 'ignore' });
}
