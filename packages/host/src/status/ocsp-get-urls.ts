import type { IssuerHashes } from '@lancre/pki/crypto';
import { encodeDer } from '@lancre/pki/der';
import { encodeCertId, encodeOcspRequest, type HashName } from '@lancre/pki/ocsp';
import { serialNumberFromBytes } from '@lancre/pki/text';
import { ocspUrl, type PublicAddress } from '../issuer/public-address.ts';

/** The certificate whose answers are looked for. */
export interface OcspGetUrlsOptions {
  readonly address: PublicAddress;
  readonly issuerName: string;
  /** The issuer's CertID hashes, for each function that a client may use. */
  readonly issuerHashes: ReadonlyMap<HashName, IssuerHashes>;
  /** Magnitude octets. */
  readonly serialNumber: Uint8Array;
}

/**
 * Every URL by which a client may have fetched the answer for a certificate, each once: what a cache has
 * to forget that knows objects by their URLs alone (T-46).
 *
 * - requests: CertIDs with each hash, its parameters NULL and absent; version v1 written out, as Apple's
 *   clients do (OREQ-10), with SHA-1 and NULL, as they do;
 * - escapes: each of `+ / =` escaped or not, with hex digits of either case (RFC 3986 6.2.2.1 has them
 *   equal, caches do not);
 * - slashes: one, or two where a client appends its own (OREQ-04).
 *
 * Not among them, since there is no end of them: requests with extensions or several certificates,
 * and spellings that no client makes by itself, such as more slashes or a query. Their answers are found
 * by their key (`surrogate-keys.ts`).
 *
 * @returns up to 30 URLs for each request: 270 with four hashes
 */
export function ocspGetUrls(options: OcspGetUrlsOptions): string[] {
  const base = ocspUrl(options.address, options.issuerName);
  const urls = new Set<string>();
  for (const request of requestsFor(options)) {
    for (const spelling of spellingsOf(Buffer.from(request).toString('base64'))) {
      for (const slashes of ['/', '//']) urls.add(`${base}${slashes}${spelling}`);
    }
  }
  return [...urls];
}

function requestsFor({ issuerHashes, serialNumber }: OcspGetUrlsOptions): Uint8Array[] {
  const requests: Uint8Array[] = [];
  for (const [hash, hashes] of issuerHashes) {
    for (const parameters of ['null', 'absent'] as const) {
      const certId = encodeCertId({
        hash,
        parameters,
        ...hashes,
        serialNumber: serialNumberFromBytes(serialNumber),
      });
      requests.push(encodeOcspRequest({ certIds: [certId] }));
      if (hash === 'SHA-1' && parameters === 'null') requests.push(encodeWithVersion(certId));
    }
  }
  return requests;
}

/** v1 is the DEFAULT, so DER leaves it out (RFC 6960 4.1.1, X.690 11.5), and `encodeOcspRequest` with it. */
function encodeWithVersion(certId: Uint8Array): Uint8Array {
  return encodeDer((writer) =>
    writer.sequence((request) =>
      request.sequence((tbs) => {
        tbs.context(0, (version) => version.integer(0));
        tbs.sequence((list) => list.sequence((item) => item.raw(certId)));
      }),
    ),
  );
}

function spellingsOf(base64: string): Set<string> {
  return new Set([...escapings(base64, UPPER_CASE), ...escapings(base64, LOWER_CASE)]);
}

function escapings(base64: string, escapes: readonly (readonly [string, string])[]): string[] {
  let spellings = [base64];
  for (const [letter, escaped] of escapes) {
    spellings = spellings.flatMap((spelling) => [spelling, spelling.replaceAll(letter, escaped)]);
  }
  return spellings;
}

const UPPER_CASE = [
  ['+', '%2B'],
  ['/', '%2F'],
  ['=', '%3D'],
] as const;

const LOWER_CASE = [
  ['+', '%2b'],
  ['/', '%2f'],
  ['=', '%3d'],
] as const;
