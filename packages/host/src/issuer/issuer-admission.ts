import { basicConstraintsOf, type Certificate, formatName, keyUsageOf } from '@lancre/pki/certificate';
import type { Signer } from '@lancre/pki/crypto';
import { LancreError } from '../errors/lancre-error.ts';
import { issuerListName } from './disclosure-address.ts';
import { isIssuerName } from './issuer.ts';

/** A certificate and where it came from, for messages. */
export interface NamedCertificate {
  readonly certificate: Certificate;
  readonly path: string;
}

/**
 * Refuses an issuer whose statuses nobody could verify, before anything is signed in its name.
 *
 * @throws LancreError `input_invalid` (the name), `certificate_unsuitable` (not a CA, no cRLSign, another
 *   subject or key than the first), `key_mismatch`
 */
export function requireAdmissibleIssuer(input: {
  readonly name: string;
  readonly certificates: readonly NamedCertificate[];
  readonly signer: Signer | undefined;
  /** Where the key came from, for the message. */
  readonly keyPath: string | undefined;
}): void {
  const { name, certificates, signer, keyPath } = input;
  if (!isIssuerName(name)) {
    throw new LancreError(
      'input_invalid',
      `"${name}" cannot be an issuer's name: it becomes part of URLs (a-z, 0-9, inner -)`,
    );
  }
  if (name === issuerListName) {
    throw new LancreError(
      'input_invalid',
      `"${name}" cannot be an issuer's name: the list of all issuers is published as c/${name}.json`,
    );
  }
  const [first, ...others] = certificates;
  if (first === undefined) throw new LancreError('input_invalid', 'an issuer needs at least one certificate');
  for (const each of certificates) requireCa(each);
  for (const other of others) requireSameIssuer(first, other);
  if (signer !== undefined)
    requireKeyOf(first.certificate, signer, `${keyPath}`, `the certificate ${first.path}`);
}

/**
 * Refuses a key that is not the one in the certificate.
 *
 * @param keyName what the message calls the key: where it is
 * @param owner whose key it should be, such as `issuer e1`
 * @throws LancreError `key_mismatch`
 */
export function requireKeyOf(
  { subjectPublicKeyInfo }: Certificate,
  signer: Pick<Signer, 'subjectPublicKeyInfoDer'>,
  keyName: string,
  owner: string,
): void {
  if (isSame(signer.subjectPublicKeyInfoDer, subjectPublicKeyInfo.der)) return;
  throw new LancreError('key_mismatch', `the key ${keyName} is not that of ${owner}`);
}

/** RFC 5280 4.2.1.3 and 4.2.1.9: who signs CRLs says so; a list by another is refused by every client (CRL-20). */
function requireCa({ certificate, path }: NamedCertificate): void {
  const subject = formatName(certificate.subject);
  if (basicConstraintsOf(certificate)?.isCa !== true) {
    throw new LancreError(
      'certificate_unsuitable',
      `${path} (${subject}) is not a CA certificate: basicConstraints cA is not TRUE`,
    );
  }
  const keyUsage = keyUsageOf(certificate);
  if (keyUsage !== undefined && !keyUsage.has('cRLSign')) {
    throw new LancreError(
      'certificate_unsuitable',
      `${path} (${subject}) may not sign CRLs: its keyUsage lacks cRLSign`,
    );
  }
}

function requireSameIssuer(first: NamedCertificate, other: NamedCertificate): void {
  if (!isSame(first.certificate.subject.der, other.certificate.subject.der)) {
    throw new LancreError(
      'certificate_unsuitable',
      `${other.path} has another subject than ${first.path}: that is another issuer`,
    );
  }
  if (!isSame(first.certificate.subjectPublicKeyInfo.der, other.certificate.subjectPublicKeyInfo.der)) {
    throw new LancreError(
      'certificate_unsuitable',
      `${other.path} has another key than ${first.path}: that is another issuer`,
    );
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
