import { createHash } from 'node:crypto';
import type { Certificate } from '@lancre/pki/certificate';
import { encodeCertId, encodeOcspRequest, type HashName } from '@lancre/pki/ocsp';
import type { SeededRandom } from './seeded-random.js';
import { EDGE_ISSUERS } from './signing-edge.js';

export const CERT_ID_HASHES: readonly HashName[] = ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'];

/** One certificate asked about, and how. */
export interface SampleItem {
  readonly issuer: Certificate;
  readonly serial: string;
  readonly hash: HashName;
  readonly parameters: 'null' | 'absent';
}

/** The CertID, with hashes by node:crypto and the words of RFC 6960 4.1.1. */
export function sampleCertId({ issuer, serial, hash, parameters }: SampleItem): Uint8Array {
  return encodeCertId({ hash, parameters, ...sampleHashes(issuer, hash), serialNumber: serial });
}

/** A request about one certificate, by SHA-1 and with NULL unless told otherwise. */
export function sampleRequest(item: Pick<SampleItem, 'issuer' | 'serial'> & Partial<SampleItem>): Uint8Array {
  return encodeOcspRequest({ certIds: [sampleCertId({ hash: 'SHA-1', parameters: 'null', ...item })] });
}

export function sampleHashes(issuer: Certificate, hash: HashName) {
  const digest = (octets: Uint8Array) => createHash(hash.replace('-', '')).update(octets).digest();
  return {
    issuerNameHash: digest(issuer.subject.der),
    issuerKeyHash: digest(issuer.subjectPublicKeyInfo.publicKey),
  };
}

/** A well-formed request about certificates of the signing edge, known and unknown ones. */
export function randomRequest(random: SeededRandom, issuers: readonly Certificate[]): Uint8Array {
  // Half of all is about the first issuer, whose answers can all be cached.
  const index = random.pick([0, 0, 1, 2]);
  const issuer = issuers[index] ?? random.pick(issuers);
  const serials = [...Object.keys(EDGE_ISSUERS[index]?.statuses ?? {}), '7777'];
  const count = random.below(20) === 0 ? random.between(2, 4) : 1;
  const certIds = Array.from({ length: count }, () =>
    sampleCertId({
      issuer,
      serial: random.pick(serials),
      hash: random.pick(CERT_ID_HASHES),
      parameters: random.pick(['null', 'absent']),
    }),
  );
  const nonce = random.below(10) === 0 ? random.octets(random.between(1, 128)) : undefined;
  return encodeOcspRequest({ certIds, nonce });
}
