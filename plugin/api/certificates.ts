import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { SecureContextOptions, TlsOptions } from 'node:tls';
import { createSecureContext } from 'node:tls';
import type { Logger } from 'pino';
import type { ApiSettings } from './settings.ts';

/** The certificate, key or authority of the API cannot be used: one sentence that names the files. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
  readonly code = 'certificate_invalid';
}

export interface Certificates {
  readonly current: TlsOptions;
  /** Tells of other content of the files. */
  onChange(listener: (current: SecureContextOptions) => void): void;
  close(): void;
}

type Files = ApiSettings['tls'];

const LOOK_MILLISECONDS = 10_000;

/** Reads the files, and again when they change or `reload` is called. Undefined without TLS; throws `CertificateError`. */
export function openCertificates(
  files: Files,
  logger: Logger,
): (Certificates & { reload(): void }) | undefined {
  if (files.certificateFile === '') return undefined;
  const current = read(files);
  let version = versionOf(files);
  const listeners: ((current: SecureContextOptions) => void)[] = [];
  const reload = (): void => {
    const found = versionOf(files);
    if (found === version) return;
    version = found;
    try {
      const changed = read(files);
      for (const listener of listeners) listener(changed);
      logger.info({ file: files.certificateFile }, 'the certificate has been read again');
    } catch (error) {
      if (!(error instanceof CertificateError)) throw error;
      logger.error({ why: error.message }, 'the certificate has become wrong, the old one stays');
    }
  };
  const timer = setInterval(reload, LOOK_MILLISECONDS).unref();
  return {
    current,
    onChange: listener => listeners.push(listener),
    reload,
    close: () => clearInterval(timer),
  };
}

function read({ certificateFile, keyFile, clientCaFile }: Files): TlsOptions {
  const options: TlsOptions = {
    cert: content(certificateFile),
    key: content(keyFile),
    minVersion: 'TLSv1.2',
    ...(clientCaFile === ''
      ? {}
      : { ca: content(clientCaFile), requestCert: true, rejectUnauthorized: true }),
  };
  if (clientCaFile !== '') checkAuthority(clientCaFile);
  try {
    createSecureContext(options);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const authority = clientCaFile === '' ? '' : `, with ${clientCaFile} for clients`;
    throw new CertificateError(
      `The certificate ${certificateFile} and the key ${keyFile}${authority} cannot be used: ${why}.`,
      { cause: error },
    );
  }
  return options;
}

/** OpenSSL takes a file without any certificate for an authority that nobody has a certificate of. */
function checkAuthority(file: string): void {
  try {
    void new X509Certificate(content(file));
  } catch (error) {
    if (error instanceof CertificateError) throw error;
    throw new CertificateError(`The file ${file} has no certificate of an authority.`, { cause: error });
  }
}

function content(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new CertificateError(`The file ${file} cannot be read: ${why}.`, { cause: error });
  }
}

/** Changes when one of the files does. */
function versionOf(files: Files): string {
  return [files.certificateFile, files.keyFile, files.clientCaFile]
    .filter(file => file !== '')
    .map(file => statSync(file, { throwIfNoEntry: false }))
    .map(found =>
      found === undefined ? 'missing' : `${found.ino} ${found.size} ${found.mtimeMs} ${found.ctimeMs}`,
    )
    .join(';');
}
