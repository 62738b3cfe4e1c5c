import { PkiError } from '../errors/pki-error.ts';
import type { Certificate } from './certificate.ts';
import { findExtension, readExtensionValue } from './extension.ts';
import { EXTENSION_OIDS } from './extension-oids.ts';

/** basicConstraints (RFC 5280 4.2.1.9). */
export interface BasicConstraints {
  readonly isCa: boolean;
  /** How many intermediate certificates may follow; undefined for no limit. */
  readonly pathLength: number | undefined;
}

/** The bits of keyUsage (RFC 5280 4.2.1.3) in their order. */
export type KeyUsage = (typeof KEY_USAGES)[number];

/**
 * basicConstraints; undefined when absent.
 *
 * `cA FALSE` may be written out: it is no DER, but large CAs wrote it for years, and nothing else can be meant.
 *
 * @throws PkiError der_*, extension_invalid (a path length without cA)
 */
export function basicConstraintsOf(certificate: Certificate): BasicConstraints | undefined {
  return readExtensionValue(certificate, EXTENSION_OIDS.basicConstraints, 'basicConstraints', (reader) =>
    reader.sequence('basicConstraints', (constraints) => {
      const isCa = constraints.is('boolean') && constraints.boolean('cA');
      const pathLength = constraints.isAtEnd ? undefined : constraints.smallInteger('pathLenConstraint');
      if (pathLength !== undefined && !isCa)
        constraints.fail('extension_invalid', 'a path length where cA is FALSE');
      return Object.freeze({ isCa, pathLength });
    }),
  );
}

/**
 * The uses that keyUsage allows; undefined when absent, which allows all.
 *
 * @throws PkiError der_*, extension_invalid (no bit set, or one that is not known)
 */
export function keyUsageOf(certificate: Certificate): ReadonlySet<KeyUsage> | undefined {
  return readExtensionValue(certificate, EXTENSION_OIDS.keyUsage, 'keyUsage', (reader) => {
    const bits = reader.namedBits('keyUsage');
    const usages = bits.flatMap((bit) => KEY_USAGES[bit] ?? []);
    if (usages.length === 0 || usages.length < bits.length) {
      reader.fail('extension_invalid', 'keyUsage has no bit, or one that is not known');
    }
    return new Set(usages);
  });
}

/**
 * The purposes (object identifiers) of extendedKeyUsage (RFC 5280 4.2.1.12); undefined when absent.
 *
 * @throws PkiError der_*
 */
export function extendedKeyUsageOf(certificate: Certificate): ReadonlySet<string> | undefined {
  return readExtensionValue(certificate, EXTENSION_OIDS.extendedKeyUsage, 'extendedKeyUsage', (reader) => {
    return new Set(reader.sequenceOf('extendedKeyUsage', (item) => item.oid('KeyPurposeId')));
  });
}

/**
 * True when id-pkix-ocsp-nocheck is there (RFC 6960 4.2.2.2.1): the certificate is not checked for revocation.
 *
 * @throws PkiError extension_invalid when its value is not NULL
 */
export function hasOcspNoCheck(certificate: Certificate): boolean {
  return hasNullExtension(certificate, EXTENSION_OIDS.ocspNoCheck);
}

/**
 * True when noRevAvail is there (RFC 9608 2): the issuer publishes no revocation information.
 *
 * @throws PkiError extension_invalid when its value is not NULL
 */
export function hasNoRevAvail(certificate: Certificate): boolean {
  return hasNullExtension(certificate, EXTENSION_OIDS.noRevAvail);
}

/**
 * The TLS features that a certificate demands (RFC 7633 4.1); 5 is status_request, "must staple".
 * undefined when absent.
 *
 * @throws PkiError der_*
 */
export function tlsFeatureOf(certificate: Certificate): readonly number[] | undefined {
  return readExtensionValue(certificate, EXTENSION_OIDS.tlsFeature, 'tlsFeature', (reader) =>
    reader.sequenceOf('tlsFeature', (item) => item.smallInteger('feature')),
  );
}

function hasNullExtension(certificate: Certificate, oid: string): boolean {
  const extension = findExtension(certificate, oid);
  if (extension === undefined) return false;
  const { value } = extension;
  if (value.length === 2 && value[0] === 5 && value[1] === 0) return true;
  throw new PkiError('extension_invalid', `the value of ${oid} is not NULL`, {
    offset: value.byteOffset - certificate.der.byteOffset,
  });
}

export const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;

/** Purposes of extendedKeyUsage that revocation knows. */
export const EXTENDED_KEY_USAGE_OIDS = {
  anyExtendedKeyUsage: '2.5.29.37.0',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  ocspSigning: '1.3.6.1.5.5.7.3.9',
} as const;
