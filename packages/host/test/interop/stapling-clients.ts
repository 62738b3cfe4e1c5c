import type { Finished } from '../cli/run-program.js';
import type { Workshop } from '../cli/workshop.js';

/** The versions of TLS in which a staple travels: in CertificateStatus (RFC 6066 8), in CertificateEntry (RFC 8446 4.4.2.1). */
export const tlsVersions = ['-tls1_2', '-tls1_3'] as const;

/** TLS clients that ask a server of 127.0.0.1 for the OCSP answer about its certificate. */
export class StaplingClients {
  readonly #workshop: Workshop;
  readonly #trusted: string;

  /** @param trusted a root in the workshop */
  constructor(workshop: Workshop, trusted: string) {
    this.#workshop = workshop;
    this.#trusted = trusted;
  }

  /** `openssl s_client -status`: the staple in words, or that there was none. The staple is not verified. */
  async show(port: number, version: (typeof tlsVersions)[number]): Promise<string> {
    const { stdout, stderr } = await this.#workshop.run(
      'openssl',
      ...['s_client', '-connect', `127.0.0.1:${port}`, '-status', version],
      ...['-CAfile', this.#trusted, '-verify_return_error', '-no-CApath', '-no-CAstore'],
    );
    return stdout + stderr;
  }

  /** `curl --cert-status`: it fails with 91 unless there is a staple that it has verified and that says good. */
  judgeWithCurl(port: number): Promise<Finished> {
    return this.#workshop.run(
      'curl',
      ...['--silent', '--show-error', '--max-time', '10', '--noproxy', '*', '--output', 'page'],
      ...['--cert-status', '--cacert', this.#trusted, `https://127.0.0.1:${port}/`],
    );
  }

  /** `gnutls-cli`: verifies certificate and staple. */
  async judgeWithGnutls(port: number): Promise<string> {
    const { stdout, stderr } = await this.#workshop.run(
      'gnutls-cli',
      ...[`--x509cafile=${this.#trusted}`, `--port=${port}`, 'localhost'],
    );
    return stdout + stderr;
  }
}

/** The exit status of curl for a staple that is missing, wrong, or says revoked (CURLE_SSL_INVALIDCERTSTATUS). */
export const CURL_INVALID_STAPLE = 91;
