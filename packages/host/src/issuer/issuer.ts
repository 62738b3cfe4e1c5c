import type { Certificate } from '@lancre/pki/certificate';
import type { IssuerPolicy } from './issuer-policy.ts';

/** Where the pass phrase of an encrypted key is read from; the phrase itself is never kept. */
export type PassphraseSource =
  | { readonly from: 'file'; readonly path: string }
  | { readonly from: 'environment'; readonly variable: string };

/** Where a signing key is. The key itself stays where its owner put it. */
export type KeyReference = FileKeyReference | Pkcs11KeyReference;

/** A key in a file. */
export interface FileKeyReference {
  /** Absolute path of a PKCS#8 PEM file. */
  readonly path: string;
  readonly passphrase?: PassphraseSource;
}

/** A key in a token: an HSM, a smart card, a cloud's key service. */
export interface Pkcs11KeyReference {
  /** RFC 7512, such as `pkcs11:token=ocsp;object=e1?module-path=/usr/lib/softhsm/libsofthsm2.so`. Holds no PIN. */
  readonly uri: string;
  /** Where the user's PIN is read from. */
  readonly passphrase?: PassphraseSource;
}

/** How messages name a key: its path or its URI. */
export function describeKey(key: KeyReference): string {
  return 'uri' in key ? key.uri : key.path;
}

/** A delegated responder (RFC 6960 4.2.2.2): its own certificate by the issuer, and its own key. */
export interface ResponderReference {
  readonly certificate: Certificate;
  readonly key: KeyReference;
}

/** Where the CRLs of an issuer without a key come from. */
export interface CrlSource {
  /** An absolute path, or an http URL: the lists are signed, and need no other protection. */
  readonly location: string;
}

/** The issuer's key is known, or feared, to be in other hands. */
export interface KeyCompromise {
  /** The revocationTime of every certificate that is not already revoked; whole seconds. */
  readonly since: Date;
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
  /** Delegated responders; while one is usable, it signs OCSP answers in place of the issuer's own key. */
  readonly responders?: readonly ResponderReference[];
  /** Who may ask. Present = OCSP requests must be signed by one of these certificates, or by one that they issued. */
  readonly requestSigners?: readonly Certificate[];
  /** Present = its lists are fetched there. Never beside a key: who has one signs the lists here. */
  readonly crlSource?: CrlSource;
  /** Present = every certificate is answered for as revoked (RFC 6960 2.7). */
  readonly compromise?: KeyCompromise;
}

/**
 * Whether `name` can be a label of a host name and a path segment: lower-case letters, digits and
 * inner hyphens, 1 to 63 of them (RFC 1123 2.1).
 */
export function isIssuerName(name: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(name);
}
