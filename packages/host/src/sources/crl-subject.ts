import { EXTENSION_OIDS, subjectKeyIdentifierOf } from '@lancre/pki/certificate';
import {
  type Crl,
  crlAuthorityKeyIdentifierOf,
  crlNumberOf,
  decodeCrl,
  type IssuingDistributionPoint,
  issuingDistributionPointOf,
} from '@lancre/pki/crl';
import type { CryptoProvider } from '@lancre/pki/crypto';
import { PkiError } from '@lancre/pki/errors';
import { decodePem } from '@lancre/pki/text';
import type { Issuer } from '../issuer/issuer.ts';
import type { IssuerRegistry } from '../issuer/issuer-registry.ts';
import { type CrlRefusal, refuseCrl } from './crl-refusal.ts';

/** A decoded list that its issuer has signed. */
export interface CrlSubject {
  readonly kind: 'subject';
  readonly der: Uint8Array;
  readonly crl: Crl;
  readonly issuer: Issuer;
  /** Of the issuer's key, as the list has it. */
  readonly keyIdentifier: Uint8Array;
  readonly crlNumber: bigint;
  readonly distributionPoint: IssuingDistributionPoint | undefined;
}

/** Where issuers are looked up, and what signatures are checked with. */
export interface CrlIssuers {
  readonly registry: IssuerRegistry;
  /** The issuer that the list is said to be of: another is refused. Undefined = any that is known here. */
  readonly issuer?: Issuer | undefined;
  readonly crypto: CryptoProvider;
}

/**
 * Reads a CRL in DER or PEM and finds out whose it is: by the name, octet by octet (CRL-02), the key
 * identifier and the signature (CRL-20). Issuers that sign their own lists here are refused.
 */
export async function readCrlSubject(
  octets: Uint8Array,
  issuers: CrlIssuers,
): Promise<CrlSubject | CrlRefusal> {
  const parts = readParts(octets);
  if (parts.kind === 'refused') return parts;
  const fault = formFault(parts);
  if (fault !== undefined) return fault;
  const { crl, der, crlNumber, distributionPoint, keyIdentifier } = parts;
  if (keyIdentifier === undefined)
    return refuseCrl('key_identifier_missing', 'authorityKeyIdentifier', `it is missing ${OPENSSL_ADVICE}`);
  const issuer = await findIssuer(crl, keyIdentifier, issuers);
  if ('kind' in issuer) return issuer;
  if (crlNumber === undefined)
    return refuseCrl('number_missing', 'cRLNumber', `it is missing ${OPENSSL_ADVICE}`);
  const signature = await signatureFault(crl, issuer, issuers.crypto);
  return signature ?? { kind: 'subject', der, crl, issuer, keyIdentifier, crlNumber, distributionPoint };
}

interface CrlParts {
  readonly kind: 'parts';
  readonly der: Uint8Array;
  readonly crl: Crl;
  readonly crlNumber: bigint | undefined;
  readonly keyIdentifier: Uint8Array | undefined;
  readonly distributionPoint: IssuingDistributionPoint | undefined;
}

/** Everything that may be malformed is read here. */
function readParts(octets: Uint8Array): CrlParts | CrlRefusal {
  try {
    const der = derOf(octets);
    if ('kind' in der) return der;
    const crl = decodeCrl(der, { maxBytes: maximumCrlOctets });
    return {
      kind: 'parts',
      der,
      crl,
      crlNumber: crlNumberOf(crl),
      keyIdentifier: crlAuthorityKeyIdentifierOf(crl)?.keyIdentifier,
      distributionPoint: issuingDistributionPointOf(crl),
    };
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return refuseCrl('crl_malformed', 'CertificateList', error.message);
  }
}

function derOf(octets: Uint8Array): Uint8Array | CrlRefusal {
  if (octets[0] === SEQUENCE) return octets;
  const text = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('latin1');
  const lists = decodePem(text).filter(({ label }) => label === 'X509 CRL');
  const [list, ...others] = lists;
  if (list !== undefined && others.length === 0) return list.der;
  const found =
    lists.length === 0 ? 'neither DER nor a PEM block "X509 CRL" is' : `${lists.length} lists are`;
  return refuseCrl('not_one_list', 'CertificateList', `${found} in it: one list in DER or PEM is taken`);
}

/** RFC 5280 5.2: an extension that is critical and not understood forbids the use of a list (VER-18). */
function formFault({ crl }: CrlParts): CrlRefusal | undefined {
  if (crl.extensions.some(({ oid }) => oid === EXTENSION_OIDS.deltaCRLIndicator))
    return refuseCrl('delta_unsupported', 'deltaCRLIndicator', 'it is a delta CRL: bring the complete list');
  const unknown = crl.extensions.find(
    ({ critical, oid }) => critical && oid !== EXTENSION_OIDS.issuingDistributionPoint,
  );
  if (unknown === undefined) return undefined;
  return refuseCrl('critical_extension_unsupported', 'crlExtensions', `${unknown.oid} is critical`);
}

async function findIssuer(
  crl: Crl,
  keyIdentifier: Uint8Array,
  { registry, issuer: expected, crypto }: CrlIssuers,
): Promise<Issuer | CrlRefusal> {
  const named = registry.issuers.filter(({ certificates: [own] }) => isSame(own.subject.der, crl.issuer.der));
  if (named.length === 0) return refuseCrl('issuer_unknown', 'issuer', 'no issuer here has this name');
  let found: Issuer | undefined;
  for (const issuer of named) {
    if (isSame(await keyIdentifierOf(issuer, crypto), keyIdentifier)) found = issuer;
  }
  if (found === undefined)
    return refuseCrl(
      'key_identifier_mismatch',
      'authorityKeyIdentifier',
      `it is not that of ${named.map(({ name }) => name).join(', ')}`,
    );
  if (expected !== undefined && expected.id !== found.id)
    return refuseCrl('issuer_mismatch', 'issuer', `it is a list of ${found.name}`);
  if (found.key !== undefined)
    return refuseCrl('issuer_has_key', 'issuer', `${found.name} has its key here and signs its own lists`);
  return found;
}

/** RFC 5280 4.2.1.2 (1), for a CA certificate without the extension. */
async function keyIdentifierOf({ certificates: [own] }: Issuer, crypto: CryptoProvider): Promise<Uint8Array> {
  return subjectKeyIdentifierOf(own) ?? (await crypto.digest('SHA-1', own.subjectPublicKeyInfo.publicKey));
}

async function signatureFault(
  crl: Crl,
  { name, certificates: [own] }: Issuer,
  crypto: CryptoProvider,
): Promise<CrlRefusal | undefined> {
  const verdict = await crypto.verify({
    algorithm: crl.signatureAlgorithm,
    subjectPublicKeyInfoDer: own.subjectPublicKeyInfo.der,
    message: crl.tbsDer,
    signature: crl.signature,
  });
  if (verdict === 'valid') return undefined;
  return verdict === 'invalid'
    ? refuseCrl('signature_invalid', 'signatureValue', `it is not by the key of ${name}`)
    : refuseCrl('signature_unsupported', 'signatureAlgorithm', 'the algorithm is not taken');
}

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}

/** The longest list that is taken in, in octets: some five million entries. */
export const maximumCrlOctets: number = 256 << 20;
const SEQUENCE = 0x30;
/** Without these two settings, openssl ca writes lists of version 1. */
const OPENSSL_ADVICE = '(openssl ca: "crlnumber", and "crl_extensions" with authorityKeyIdentifier = keyid)';
