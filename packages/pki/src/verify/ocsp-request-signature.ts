import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { equalBytes } from '../encoding/bytes.ts';
import { PkiError } from '../errors/pki-error.ts';
import { type Certificate, decodeCertificate } from '../pki/certificate.ts';
import { basicConstraintsOf, keyUsageOf } from '../pki/constraint-extensions.ts';
import { namesEqualBytes } from '../pki/name.ts';
import type { OcspRequest, OcspRequestSignature } from '../pki/ocsp-request.ts';
import { checkPath } from './path-validation.ts';
import { WorkBudget } from './work-budget.ts';

/** A request whose signature is to be judged. */
export interface OcspRequestToCheck {
  readonly request: OcspRequest;
  /** Certificates that may ask, and CAs whose certificates may. */
  readonly trusted: readonly Certificate[];
  /** The instant at which signer and CA have to be valid. */
  readonly at: Date;
  readonly crypto: Pick<CryptoProvider, 'verify'>;
}

/** Who signed a request, or why nobody that counts did. */
export type OcspRequestVerdict =
  | { readonly kind: 'trusted'; readonly signer: Certificate }
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'refused'; readonly reason: OcspRequestRefusal; readonly message: string };

/**
 * Why a signed request is refused.
 *
 * - `requestor_name_missing`: RFC 6960 4.1.2
 * - `signer_not_trusted`: no certificate at hand is trusted, or by a CA that is, and fit to sign at that time
 * - `signature_invalid`: one was sent along, or none at all was, and the signature is by no trusted one
 */
export type OcspRequestRefusal = 'requestor_name_missing' | 'signer_not_trusted' | 'signature_invalid';

/**
 * Judges the optional signature of an OCSP request (RFC 6960 4.1.2): it counts when it is by a trusted
 * certificate, or by one sent along that a trusted CA issued directly. A signed request has to name its
 * requestor. Whether the signer is revoked is not looked at.
 *
 * The first four certificates sent along are tried, and trusted ones up to that number; no more than eight
 * signatures are checked, and never by a key of which nothing is known: the work is bounded whatever is sent.
 * Certificates that cannot be read are passed over. Never rejects on any request.
 *
 * @example
 * const verdict = await checkOcspRequestSignature({ request, trusted: [memberCa], at: now, crypto });
 * if (verdict.kind === 'trusted') answer();
 */
export async function checkOcspRequestSignature(check: OcspRequestToCheck): Promise<OcspRequestVerdict> {
  const { request, at, crypto } = check;
  const { signature } = request;
  if (signature === undefined) return { kind: 'unsigned' };
  if (request.requestorName === undefined)
    return refused('requestor_name_missing', 'a signed request has to name its requestor');
  const budget = new WorkBudget(crypto, { signatureChecks: MAX_ISSUER_CHECKS });
  let isSignerKnown = false;
  for (const signer of candidatesFor(check, signature)) {
    if (!isFitToSign(signer, at) || !(await isTrusted(check, signer, budget))) continue;
    if (await isSignedBy(check, signature, signer)) return { kind: 'trusted', signer };
    isSignerKnown ||= mayBeMeant(signer, signature);
  }
  return isSignerKnown
    ? refused('signature_invalid', 'the signature is not by the certificate that is trusted')
    : refused('signer_not_trusted', 'no certificate sent along is, or is by, one that is trusted');
}

/** What was sent along, then what is trusted by itself: its owner need not send it. */
function candidatesFor(
  { trusted }: OcspRequestToCheck,
  { certificates }: OcspRequestSignature,
): readonly Certificate[] {
  const tried = certificates.slice(0, MAX_CERTIFICATES);
  const notSent = trusted.filter(({ der }) => !tried.some((each) => equalBytes(each, der)));
  const room = MAX_CERTIFICATES - tried.length;
  return [...tried.flatMap((der) => decodeOrNone(der)), ...notSent.slice(0, room)];
}

/** Who sends certificates along says by them who signed. */
function mayBeMeant({ der }: Certificate, { certificates }: OcspRequestSignature): boolean {
  return certificates.length === 0 || certificates.some((each) => equalBytes(each, der));
}

async function isTrusted(
  { trusted, at }: OcspRequestToCheck,
  certificate: Certificate,
  budget: WorkBudget,
): Promise<boolean> {
  if (trusted.some(({ der }) => equalBytes(der, certificate.der))) return true;
  for (const anchor of trusted) {
    if (!namesEqualBytes(anchor.subject, certificate.issuer) || !isFitToIssue(anchor, at)) continue;
    const verdict = await checkPath({ path: { certificates: [certificate], anchor }, at, budget });
    if (verdict.kind === 'valid') return true;
  }
  return false;
}

async function isSignedBy(
  { request, crypto }: OcspRequestToCheck,
  { algorithm, signature }: OcspRequestSignature,
  signer: Certificate,
): Promise<boolean> {
  const verdict = await crypto.verify({
    algorithm,
    subjectPublicKeyInfoDer: signer.subjectPublicKeyInfo.der,
    message: request.tbsDer,
    signature,
  });
  return verdict === 'valid';
}

/** RFC 5280 4.2.1.3: a key whose usage is restricted has to be for signatures. */
function isFitToSign(certificate: Certificate, at: Date): boolean {
  return isCurrent(certificate, at) && allows(certificate, 'digitalSignature');
}

/** A trusted certificate that is no CA may ask, but speaks for nobody else. */
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
/** Beside one check of the request for each certificate. */
const MAX_ISSUER_CHECKS = 4;
