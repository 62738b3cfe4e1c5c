import { assembleSigned, type Certificate, encodeExtension } from '@lancre/pki/certificate';
import { encodeCrlEntry } from '@lancre/pki/crl';
import { concatBytes, encodeDer } from '@lancre/pki/der';
import { bytes } from '../support/hex.ts';
import type { TestCa } from '../support/test-pki.ts';

/** The parts of a list, each as DER, so that any of them can be wrong. */
export interface ListParts {
  readonly version: Uint8Array;
  readonly innerAlgorithm: Uint8Array;
  readonly outerAlgorithm: Uint8Array;
  readonly issuer: Uint8Array;
  readonly thisUpdate: Uint8Array;
  readonly nextUpdate: Uint8Array;
  /** `absent`, or the contents of revokedCertificates. */
  readonly entries: 'absent' | Uint8Array;
  readonly extensions: readonly Uint8Array[];
}

export const THIS_UPDATE: Date = new Date('2026-11-20T10:00:00Z');
export const NEXT_UPDATE: Date = new Date('2026-11-27T09:59:59Z');
export const URL_OF_LIST = 'http://c.example.net/e1/7.crl';

/** Signs a list; what is not given is as it should be. */
export async function makeList(ca: TestCa, changes: Partial<ListParts> = {}): Promise<Uint8Array> {
  const algorithm = ca.signer.algorithm.der;
  const parts: ListParts = {
    version: bytes('020101'),
    innerAlgorithm: algorithm,
    outerAlgorithm: algorithm,
    issuer: ca.certificate.subject.der,
    thisUpdate: time(THIS_UPDATE),
    nextUpdate: time(NEXT_UPDATE),
    entries: concatBytes(revoked('0a01', 'superseded'), revoked('0a02', 'keyCompromise')),
    extensions: [keyIdentifier(ca), crlNumber(5n)],
    ...changes,
  };
  const { entries, extensions } = parts;
  const tbs = encodeDer((writer) =>
    writer.sequence((fields) => {
      fields.raw(
        concatBytes(parts.version, parts.innerAlgorithm, parts.issuer, parts.thisUpdate, parts.nextUpdate),
      );
      if (entries !== 'absent') fields.sequence((list) => list.raw(entries));
      if (extensions.length > 0)
        fields.context(0, (explicit) => explicit.sequence((list) => list.raw(concatBytes(...extensions))));
    }),
  );
  return assembleSigned(tbs, parts.outerAlgorithm, await ca.signer.sign(tbs));
}

/** A time in the form that RFC 5280 has for its year. */
export function time(instant: Date): Uint8Array {
  return encodeDer((writer) => writer.time(instant));
}

/** An entry without fault. */
export function revoked(serial: string, reason?: Parameters<typeof encodeCrlEntry>[0]['reason']): Uint8Array {
  return encodeCrlEntry({
    serialNumber: bytes(serial),
    revocationDate: new Date('2026-11-19T10:00:00Z'),
    reason,
  });
}

/** An entry of any contents: of the serial number, the date with tag and length, the extensions. */
export function anyEntry(serialHex: string, dateHex: string = DATE, extensionsHex = ''): Uint8Array {
  const serial = bytes(serialHex);
  return encodeDer((writer) =>
    writer.sequence((entry) => {
      entry.raw(concatBytes(Uint8Array.of(2, serial.length), serial, bytes(dateHex)));
      if (extensionsHex !== '') entry.sequence((list) => list.raw(bytes(extensionsHex)));
    }),
  );
}

export const DATE = '170d3236313131393130303030305a';

/** An extension of an entry or a list; the value in hexadecimal. */
export function extension(
  oid: string,
  valueHex: string,
  criticality: 'critical' | 'non-critical' = 'non-critical',
): Uint8Array {
  return encodeExtension(oid, criticality, bytes(valueHex));
}

export function keyIdentifier(ca: Pick<TestCa, 'keyIdentifier'>): Uint8Array {
  return encodeExtension(
    '2.5.29.35',
    'non-critical',
    encodeDer((writer) => writer.sequence((value) => value.contextContent(0, ca.keyIdentifier))),
  );
}

export function crlNumber(number: bigint): Uint8Array {
  return encodeExtension(
    '2.5.29.20',
    'non-critical',
    encodeDer((writer) => writer.integer(number)),
  );
}

/** An issuingDistributionPoint with these contents. */
export function issuingPoint(
  contentHex: string,
  criticality: 'critical' | 'non-critical' = 'critical',
): Uint8Array {
  const value = encodeDer((writer) => writer.sequence((point) => point.raw(bytes(contentHex))));
  return encodeExtension('2.5.29.28', criticality, value);
}

/** The field distributionPoint with a URI. */
export function pointName(uri: string): string {
  const value = encodeDer((writer) =>
    writer.context(0, (name) => name.context(0, (full) => full.contextIa5String(6, uri))),
  );
  return Buffer.from(value).toString('hex');
}

/** A copy of a certificate that is, for lints, one without some extension. */
export function withoutExtension(certificate: Certificate, oid: string): Certificate {
  return { ...certificate, extensions: certificate.extensions.filter((each) => each.oid !== oid) };
}
