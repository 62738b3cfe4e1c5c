import type { HashName } from '@lancre/pki/ocsp';

/**
 * `private` (default): whatever RFC 6960 and RFC 5280 allow. `cabf`: nothing can be set that the Baseline
 * Requirements or Microsoft's program refuse; issuer-profile.ts says what that is.
 */
export type IssuerProfile = 'private' | 'cabf';

/** What the host says of a serial of this issuer that has no record (REQUIREMENTS K-4). Never "good". */
export type UnknownSerialAnswer = 'unauthorized' | 'unknown' | 'extended-revoke';

/** How OCSP answers of one issuer are made. */
export interface OcspPolicy {
  /** nextUpdate - thisUpdate, in seconds. Default 345,599: 96 h less the inclusive second (BR 4.9.9). */
  readonly validitySeconds: number;
  /** What an unassigned serial gets. Default `unauthorized` (RFC 9919 3.2.3). */
  readonly unknownSerial: UnknownSerialAnswer;
  /**
   * `ignore` (default): answers are shared by all who ask (RFC 9919 3.2.1). `echo`: a question with a nonce
   * gets an answer of its own, signed for it and never kept (OREQ-26, OREQ-29).
   */
  readonly nonce: 'ignore' | 'echo';
  /** How an answer names its signer. Default `byKey`, as new responders must (RFC 9919 3.2.2, ORSP-08). */
  readonly responderId: 'byKey' | 'byName';
  /**
   * The CertID hashes for which an answer to every unexpired certificate is signed ahead and kept
   * fresh. Default: none, answers are signed when they are first asked for.
   */
  readonly presign: readonly HashName[];
  /**
   * Seconds after notAfter for which certificates are still answered for, with archiveCutoff
   * (RFC 6960 4.4.4). Default 0: `unauthorized` from notAfter on (RFC 9919 3.2.3).
   */
  readonly retentionSeconds: number;
  /** Whether a revoked certificate's invalidityDate is told (RFC 6960 4.4.5, RFC 5280 5.3.2). Default `omit`. */
  readonly invalidityDate: 'omit' | 'include';
  /** Whether a revoked answer names the CRL it is also on (RFC 6960 4.4.2). Default `omit`. */
  readonly crlId: 'omit' | 'include';
}

/** How the CRLs of one issuer are made. */
export interface CrlPolicy {
  /** nextUpdate - thisUpdate, in seconds. Default 777,599: 216 h less the inclusive second. */
  readonly validitySeconds: number;
  /** Seconds after which a list is issued anew though nothing changed. Default 3,600. */
  readonly periodSeconds: number;
  /** Number of shards newly assigned certificates are spread over; 0 = none, only the full list. */
  readonly shards: number;
  /** Whether the list of all revoked certificates is published beside the shards. Default `publish`. */
  readonly full: 'publish' | 'omit';
  /**
   * Whether changes go onto delta CRLs (RFC 5280 5.2.4) while the complete lists keep to their period.
   * Default `omit`: a change issues its complete list anew at once.
   */
  readonly delta: 'omit' | DeltaCrlPolicy;
}

/** How the delta CRLs of one issuer are made. */
export interface DeltaCrlPolicy {
  /** nextUpdate - thisUpdate, in seconds. */
  readonly validitySeconds: number;
  /** Seconds after which a delta is issued anew though nothing changed. */
  readonly periodSeconds: number;
}

/**
 * What the certificates of an issuer are. `ca`: its lists say so by onlyContainsCACerts, as those of a
 * root do, and under `cabf` the rules for CA certificates hold (BR 4.9.7, 7.2.2). `end-entity` likewise
 * with onlyContainsUserCerts. `any` (default): the lists do not say.
 */
export type IssuedKind = 'any' | 'end-entity' | 'ca';

/** The settings of one issuer. */
export interface IssuerPolicy {
  readonly profile: IssuerProfile;
  /** What kind of certificates the issuer issues. */
  readonly issues: IssuedKind;
  readonly ocsp: OcspPolicy;
  readonly crl: CrlPolicy;
}

/** The defaults of DESIGN 7, which satisfy the Baseline Requirements and Microsoft's program alike. */
export const defaultIssuerPolicy: IssuerPolicy = Object.freeze({
  profile: 'private',
  issues: 'any',
  ocsp: Object.freeze({
    validitySeconds: 96 * 3600 - 1,
    unknownSerial: 'unauthorized',
    nonce: 'ignore',
    responderId: 'byKey',
    presign: Object.freeze([]),
    retentionSeconds: 0,
    invalidityDate: 'omit',
    crlId: 'omit',
  }),
  crl: Object.freeze({
    validitySeconds: 216 * 3600 - 1,
    periodSeconds: 3600,
    shards: 0,
    full: 'publish',
    delta: 'omit',
  }),
});

/**
 * The shard of a certificate whose CA names none: the serial number modulo `shards`, plus one.
 * Any CA can compute it before it signs, and so write the right CDP (SHD-06, SHD-07).
 *
 * @param serialNumber magnitude octets, big-endian
 * @param shards 0 gives 0, "not in a shard"
 * @example shardOfSerial(Uint8Array.of(0x10, 0x07), 4) // 4: 0x1007 mod 4 = 3, shards count from 1
 */
export function shardOfSerial(serialNumber: Uint8Array, shards: number): number {
  if (shards === 0) return 0;
  let remainder = 0;
  for (const octet of serialNumber) remainder = (remainder * 256 + octet) % shards;
  return remainder + 1;
}
