import type { CertificateSequence } from './certificate-batch.ts';
import type { CertificateRecord, Revocation } from './certificate-record.ts';
import type { RevokedSnapshot } from './revoked-snapshot.ts';
import type { StatusVersion, StatusView } from './status-view.ts';

/**
 * The truth about every certificate. All writes are durable when the promise resolves, and all or
 * nothing of a call is kept.
 *
 * Contract, kept by every implementation and shown by one test that runs on each of them:
 * - nothing revoked becomes good, whatever is assigned again;
 * - a record's shard never changes after it was assigned;
 * - the same call made twice changes nothing the second time.
 */
export interface StatusStore extends StatusView {
  /**
   * Takes in certificates of one issuer, in any order; a record may come already revoked or held.
   * A known certificate that comes again revoked is revoked; one that comes again good stays as it is,
   * and each keeps the shard it was given first. A notAfter that is {@link notAfterUnknown} gives way to
   * one that is known, whichever comes first.
   */
  assign(issuerId: number, records: CertificateSequence): Promise<AssignSummary>;
  /**
   * Revokes a certificate. Of a revoked one, only reason `keyCompromise` changes the reason, and
   * only to an earlier or equal time (REV-06, REV-13).
   */
  revoke(issuerId: number, serialNumber: Uint8Array, revocation: Revocation): Promise<RevokeOutcome>;
  /**
   * Puts a certificate on hold, with the reason certificateHold (RFC 5280 5.3.1). What is revoked or on
   * hold already stays as it is.
   */
  hold(issuerId: number, serialNumber: Uint8Array, hold: Hold): Promise<HoldOutcome>;
  /**
   * Lifts a hold: the certificate is good again. Nothing but a hold can be lifted (RFC 5280 5.3.1).
   *
   * @param releaseTime whole seconds; the revocationDate of the removeFromCRL entry on delta CRLs
   */
  release(issuerId: number, serialNumber: Uint8Array, releaseTime: Date): Promise<ReleaseOutcome>;
  /** Takes an exact picture of the revoked certificates of an issuer, to build lists from. */
  openRevoked(issuerId: number): RevokedSnapshot;
  /**
   * Drops from the lists, not from the records, the revoked certificates of a shard whose notAfter
   * lies before `cutoff` and that were in the shard at `revision`: the caller knows that they have been
   * on a list issued after that. One that was recorded later, be it revoked or imported after its
   * notAfter, stays until it has been on a list too (CRL-18, T-19).
   *
   * @returns how many were dropped
   */
  expireRevoked(issuerId: number, shard: number, cutoff: Date, revision: number): Promise<number>;
  /**
   * Forgets releases of a shard that came with `revision` or one before it: the caller knows that no
   * delta CRL will be made from an older state.
   */
  forgetReleased(issuerId: number, shard: number, revision: number): Promise<void>;
  /**
   * Certificates in the order of their serial numbers, for walks that take their time: each call reads
   * what is there at that moment.
   *
   * @param after serial number to go on behind; undefined = from the first
   */
  certificatesAfter(
    issuerId: number,
    after: Uint8Array | undefined,
    limit: number,
  ): readonly StoredCertificate[];
  /** Counts of an issuer's certificates. */
  count(issuerId: number): StatusCounts;
}

/** One certificate of a walk. */
export interface StoredCertificate {
  /** Magnitude octets. */
  readonly serialNumber: Uint8Array;
  readonly version: StatusVersion;
}

/** What {@link StatusStore.assign} did with a batch. */
export interface AssignSummary {
  readonly added: number;
  /** Known ones that were revoked or held by this call. */
  readonly revoked: number;
  /** Their positions in the batch, ascending: answers about them are out, and old now. */
  readonly changed: readonly number[];
  /** Known ones that came again with nothing new. */
  readonly unchanged: number;
  /** Positions in the batch of records that contradict what is stored, with the field at fault. */
  readonly conflicts: readonly AssignConflict[];
}

/** A record that was refused because the stored one says otherwise. */
export interface AssignConflict {
  readonly index: number;
  readonly field: 'notAfter' | 'revocation';
}

/** What {@link StatusStore.revoke} found and did. */
export type RevokeOutcome =
  | { readonly kind: 'revoked'; readonly record: CertificateRecord }
  | { readonly kind: 'changed'; readonly record: CertificateRecord }
  | { readonly kind: 'unchanged'; readonly record: CertificateRecord }
  | { readonly kind: 'unassigned' };

/** The facts of a hold. */
export type Hold = Omit<Revocation, 'reason'>;

/** What {@link StatusStore.hold} found and did. */
export type HoldOutcome =
  | { readonly kind: 'held'; readonly record: CertificateRecord }
  /** It is revoked or on hold already. */
  | { readonly kind: 'unchanged'; readonly record: CertificateRecord }
  | { readonly kind: 'unassigned' };

/** What {@link StatusStore.release} found and did. */
export type ReleaseOutcome =
  | { readonly kind: 'released'; readonly record: CertificateRecord }
  /** It is good, or revoked for good. */
  | { readonly kind: 'unchanged'; readonly record: CertificateRecord }
  | { readonly kind: 'unassigned' };

/** How many certificates of an issuer there are. */
export interface StatusCounts {
  readonly assigned: number;
  /** Revoked or held, and still on the lists. */
  readonly listed: number;
}
