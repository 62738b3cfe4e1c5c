import type { CryptoProvider, SignatureVerdict } from '../crypto/crypto-provider.ts';
import { equalBytes } from '../encoding/bytes.ts';
import { PkiError } from '../errors/pki-error.ts';
import { type Certificate, decodeCertificate } from '../pki/certificate.ts';
import { basicConstraintsOf, keyUsageOf } from '../pki/constraint-extensions.ts';
import { namesEqualBytes } from '../pki/name.ts';
import type { OcspRequest, OcspRequestSignature } from '../pki/ocsp-request.ts';

/** A request whose signature is to be judged. */
export interface OcspRequestToCheck {
  readonly request: OcspRequest;
  /** Certificates that may ask, and CAs whose certificates may. */
  readonly trusted: readonly Certificate[];
  readonly at: Date;
  readonly crypto: Pick<CryptoProvider, 'verify'>;
}

/** Who signed a request, or why nobody that counts did. */
export type OcspRequestVerdict =
  | { readonly kind: 'trusted'; readonly signer: Certificate }
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'refused'; readonly reason: OcspRequestRefusal; readonly message: string };

/** Why a signed request is refused. */
export type OcspRequestRefusal = 'requestor_name_missing' | 'signer_not_trusted' | 'signature_invalid';

/**
 * Judges the optional signature of an OCSP request (RFC 6960 4.1.2): it counts when it is by a trusted
 * certificate, or by one sent along that a trusted CA issued directly. A signed request has to name its
 * requestor. At most four certificates are tried, so that the work is bounded whatever is sent.
 *
 * @example
 * const verdict = await checkOcspRequestSignature({ request, trusted: [memberCa], at: now, crypto });
 * if (verdict.kind === 'trusted') answer();
 */
export async function checkOcspRequestSignature(check: OcspRequestToCheck): Promise<OcspRequestVerdict> {
  const { request } = check;
  const { signature } = request;
  if (signature === undefined) return { kind: 'unsigned' };
  if (request.requestorName === undefined)
    return refused('requestor_name_missing', 'a signed request has to name its requestor');
  const candidates = await trustedCandidates(check, signature);
  if (candidates.length === 0)
    return refused('signer_not_trusted', 'no certificate sent along is, or is by, one that is trusted');
  for (const signer of candidates) {
    const verdict = await check.crypto.verify({
      algorithm: signature.algorithm,
      subjectPublicKeyInfoDer: signer.subjectPublicKeyInfo.der,
      message: request.tbsDer,
      signature: signature.signature,
    });
    if (verdict === 'valid') return { kind: 'trusted', signer };
  }
  return refused('signature_invalid', 'the signature is not by the certificate that is trusted');
}

async function trustedCandidates(
  check: OcspRequestToCheck,
  { certificates }: OcspRequestSignature,
): Promise<readonly Certificate[]> {
  const sent = certificates.slice(0, MAX_CERTIFICATES).flatMap((der) => decodeOrNone(der));
  const candidates: Certificate[] = [];
  for (const certificate of sent) {
    if (isFitToSign(certificate, check.at) && (await isTrusted(check, certificate)))
      candidates.push(certificate);
  }
  if (certificates.length > 0) return candidates;
  // Nothing sent along: one that is trusted by itself may have signed.
  return check.trusted.filter((each) => isFitToSign(each, check.at)).slice(0, MAX_CERTIFICATES);
}

async function isTrusted(check: OcspRequestToCheck, certificate: Certificate): Promise<boolean> {
  if (check.trusted.some(({ der }) => equalBytes(der, certificate.der))) return true;
  const issuers = check.trusted.filter(
    (ca) => namesEqualBytes(ca.subject, certificate.issuer) && isFitToIssue(ca, check.at),
  );
  for (const issuer of issuers.slice(0, MAX_CERTIFICATES)) {
    if ((await verifyIssued(check, certificate, issuer)) === 'valid') return true;
  }
  return false;
}

function verifyIssued(
  { crypto }: OcspRequestToCheck,
  certificate: Certificate,
  issuer: Certificate,
): Promise<SignatureVerdict> {
  return crypto.verify({
    algorithm: certificate.signatureAlgorithm,
    subjectPublicKeyInfoDer: issuer.subjectPublicKeyInfo.der,
    message: certificate.tbsDer,
    signature: certificate.signature,
  });
}

/** RFC 5280 4.2.1.3: a key whose usage is restricted has to be for signatures. */
function isFitToSign(certificate: Certificate, at: Date): boolean {
  return isCurrent(certificate, at) && allows(certificate, 'digitalSignature');
}

function isFitToIssue(certificate: Certificate, at: Date): boolean {
  return isCurrent(certificate, at) && isCa(certificate) && allows(certificate, 'keyCertSign');
}

function isCurrent({ notBefore, notAfter }: Certificate, at: Date): boolean {
  return at >= notBefore && at <= notAfter;
}

function isCa(certificate: Certificate): boolean {
  return readOr(false, () => basicConstraintsOf(certificate)?.isCa === true);
}

function allows(certificate: Certificate, usage: 'digitalSignature' | 'keyCertSign'): boolean {
  return readOr(false, () => keyUsageOf(certificate)?.has(usage) !== false);
}

function decodeOrNone(der: Uint8Array): readonly Certificate[] {
  return readOr([], () => [decodeCertificate(der)]);
}

/** What cannot be read is not trusted. */
function readOr<T>(otherwise: T, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof PkiError) return otherwise;
    throw error;
  }
}

function refused(reason: OcspRequestRefusal, message: string): OcspRequestVerdict {
  return { kind: 'refused', reason, message };
}

const MAX_CERTIFICATES = 4;
