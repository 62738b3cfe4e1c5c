import type { CertificateRecord } from './certificate-record.ts';

/** The store's own form of the key (issuer, serial): opaque, made by {@link StatusView.keyOf}. */
export interface StatusKey {
  readonly octets: Uint8Array;
}

/** The stored form of a record: opaque, and equal octet for octet exactly when the record is the same. */
export type StatusVersion = Uint8Array;

/**
 * Reads what the store holds at this moment. Every call sees all changes acknowledged before it.
 *
 * The steps are apart so that a cached answer can be checked against the current record in one
 * look-up, without decoding it: `isCurrent(key, versionTheAnswerWasMadeFrom)`.
 */
export interface StatusView {
  /** @param serialNumber magnitude octets, as in {@link CertificateRecord} */
  keyOf(issuerId: number, serialNumber: Uint8Array): StatusKey;
  /** Undefined = never assigned: never "good" (OREQ-16). */
  read(key: StatusKey): StatusVersion | undefined;
  /** Whether the record in the store is that very one. */
  isCurrent(key: StatusKey, version: StatusVersion): boolean;
  decode(key: StatusKey, version: StatusVersion): CertificateRecord;
}

/** The record of (issuer, serial), decoded, or undefined if it was never assigned. */
export function lookUp(
  view: StatusView,
  issuerId: number,
  serialNumber: Uint8Array,
): CertificateRecord | undefined {
  const key = view.keyOf(issuerId, serialNumber);
  const version = view.read(key);
  return version === undefined ? undefined : view.decode(key, version);
}
