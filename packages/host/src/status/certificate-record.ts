import type { RevocationReason } from '@lancre/pki/crl';

/** What the host knows of one certificate. The key is (issuerId, serialNumber), never a bare serial. */
export interface CertificateRecord {
  readonly issuerId: number;
  /** Magnitude octets, big-endian, no leading zero octet, 1 to 20 of them. */
  readonly serialNumber: Uint8Array;
  /** Whole seconds. */
  readonly notAfter: Date;
  /** Fixed when the certificate is assigned; 0 = in no shard (SHD-07, SHD-08). */
  readonly shard: number;
  readonly status: CertificateStatus;
}

/** A certificate's status; `held` is a revocation that may be lifted (private profile only). */
export type CertificateStatus =
  | { readonly kind: 'assigned' }
  | ({ readonly kind: 'revoked' } & Revocation)
  | ({ readonly kind: 'held' } & Revocation);

/** The facts of a revocation. */
export interface Revocation {
  /** Whole seconds. */
  readonly revocationTime: Date;
  /** Absent = unspecified, which is never encoded (CRL-12, ORSP-26). */
  readonly reason?: RevocationReason;
  /** RFC 5280 5.3.2. */
  readonly invalidityDate?: Date;
}

/**
 * The notAfter of a certificate that is known from a CRL alone: "no well-defined expiration date"
 * (RFC 5280 4.1.2.5), so that its entry stays on the lists.
 */
export const notAfterUnknown: Date = new Date('9999-12-31T23:59:59Z');

/** Largest length of a serial number in octets (RFC 5280 4.1.2.2). */
export const maximumSerialOctets = 20;
