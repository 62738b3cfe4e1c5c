import type { Certificate } from '@lancre/pki/certificate';
import type { IssuerPolicy } from './issuer-policy.ts';

/** Where the pass phrase of an encrypted key is read from; the phrase itself is never kept. */
export type PassphraseSource =
  | { readonly from: 'file'; readonly path: string }
  | { readonly from: 'environment'; readonly variable: string };

/** Where a signing key is. The key itself stays where its owner put it. */
export interface KeyReference {
  /** Absolute path of a PKCS#8 PEM file. */
  readonly path: string;
  readonly passphrase?: PassphraseSource;
}

/**
 * One issuer: a subject name and a key, under any number of certificates (cross-signs share both,
 * so OCSP and CRLs are the same for all of them; OREQ-14).
 */
export interface Issuer {
  /** Internal number, 1 to 65,535, never used again after the issuer is gone. */
  readonly id: number;
  /** The label in URLs, such as `e1`: a DNS label. */
  readonly name: string;
  /** The first is the one served at the bare issuer URL. All have the same subject and key. */
  readonly certificates: readonly [Certificate, ...Certificate[]];
  /** Absent for an issuer whose statuses are signed elsewhere. */
  readonly key?: KeyReference;
  readonly policy: IssuerPolicy;
}

/**
 * Whether `name` can be a label of a host name and a path segment: lower-case letters, digits and
 * inner hyphens, 1 to 63 of them (RFC 1123 2.1).
 */
export function isIssuerName(name: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(name);
}
