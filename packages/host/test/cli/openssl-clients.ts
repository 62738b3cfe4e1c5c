import type { Workshop } from './workshop.js';

/** Files in the workshop that OpenSSL's clients are given. */
export interface OpensslClientOptions {
  readonly issuer: string;
  readonly trusted: string;
  readonly ocspUrl: string;
}

/** OpenSSL's programs as clients of a host; each method gives what they say. */
export class OpensslClients {
  readonly #workshop: Workshop;
  readonly #options: OpensslClientOptions;

  constructor(workshop: Workshop, options: OpensslClientOptions) {
    this.#workshop = workshop;
    this.#options = options;
  }

  /** `openssl ocsp` by POST, the signature checked. */
  askByPost(certificate: string, ...more: readonly string[]): Promise<string> {
    // The hash of a CertID has to be told before the certificate.
    const [hash, rest] = more[0]?.startsWith('-sha') ? [[more[0]], more.slice(1)] : [[], more];
    return this.#ask(...hash, '-cert', certificate, ...rest);
  }

  /** The same about a serial number, such as `0x1001`. */
  askAboutSerial(serialNumber: string): Promise<string> {
    return this.#ask('-serial', serialNumber);
  }

  /** The request of OpenSSL in base64, escaped in the path of a GET by fetch; the answer checked by OpenSSL. */
  async askByGet(certificate: string): Promise<string> {
    const { issuer, ocspUrl } = this.#options;
    const cert = ['-issuer', issuer, '-cert', certificate];
    await this.#workshop.openssl('ocsp', ...cert, '-no_nonce', '-reqout', 'request.der');
    const encoded = (await this.#workshop.openssl('base64', '-A', '-in', 'request.der')).trim();
    const response = await fetch(`${ocspUrl}/${encodeURIComponent(encoded)}`);
    if (response.headers.get('content-type') !== 'application/ocsp-response') {
      return `HTTP ${response.status}, ${response.headers.get('content-type')}`;
    }
    await this.#workshop.write('response.der', new Uint8Array(await response.arrayBuffer()));
    return this.#ocsp('-respin', 'response.der', ...cert);
  }

  /** Fetches a list into `NAME.pem`; its signature is checked. @returns the list in words */
  async fetchCrl(url: string, name: string): Promise<string> {
    await this.#workshop.write(`${name}.der`, await fetchOctets(url, 'application/pkix-crl'));
    const crl = ['crl', '-inform', 'DER', '-in', `${name}.der`];
    await this.#workshop.openssl(...crl, '-CAfile', this.#options.issuer, '-noout');
    await this.#workshop.openssl(...crl, '-out', `${name}.pem`);
    return this.#workshop.openssl(...crl, '-noout', '-text');
  }

  /** Fetches an issuer's certificate into `NAME.pem`. @returns its subject, in words */
  async fetchIssuer(url: string, name: string): Promise<string> {
    await this.#workshop.write(`${name}.der`, await fetchOctets(url, 'application/pkix-cert'));
    const certificate = ['x509', '-inform', 'DER', '-in', `${name}.der`];
    await this.#workshop.openssl(...certificate, '-out', `${name}.pem`);
    return this.#workshop.openssl(...certificate, '-noout', '-subject');
  }

  /** `openssl verify -crl_check` with a fetched list. */
  verify(certificate: string, crl: string, ...more: readonly string[]): Promise<string> {
    return this.verifyOnline(certificate, '-CRLfile', crl, ...more);
  }

  /** The same with the lists it is told of, or that `-crl_download` makes it fetch. */
  async verifyOnline(certificate: string, ...more: readonly string[]): Promise<string> {
    const trust = ['-CAfile', this.#options.trusted, '-no-CApath', '-no-CAstore'];
    const words = ['verify', ...trust, '-crl_check', ...more, certificate];
    const { stdout, stderr } = await this.#workshop.run('openssl', ...words);
    return stdout + stderr;
  }

  #ask(...subject: readonly string[]): Promise<string> {
    const { issuer, ocspUrl } = this.#options;
    return this.#ocsp('-issuer', issuer, ...subject, '-url', ocspUrl, '-timeout', '10');
  }

  async #ocsp(...words: readonly string[]): Promise<string> {
    const trust = ['-CAfile', this.#options.trusted, '-verify_other', this.#options.issuer];
    const { stdout, stderr } = await this.#workshop.run(
      'openssl',
      ...['ocsp', ...words, ...trust, '-no-CApath', '-no-CAstore'],
    );
    return stdout + stderr;
  }
}

/** @throws when the status or the media type is another */
export async function fetchOctets(url: string, contentType: string): Promise<Uint8Array> {
  const response = await fetch(url);
  const type = response.headers.get('content-type');
  if (response.status !== 200 || type !== contentType) {
    throw new Error(`${url}: status ${response.status}, ${type}`);
  }
  return new Uint8Array(await response.arrayBuffer());
}
