import type { CryptoProvider, SignatureVerdict } from '../crypto/crypto-provider.ts';
import { equalBytes } from '../encoding/bytes.ts';
import { PkiError } from '../errors/pki-error.ts';
import { type Certificate, decodeCertificate } from '../pki/certificate.ts';
import { namesEqualBytes } from '../pki/name.ts';
import type { BasicOcspResponse } from '../pki/ocsp-response.ts';
import { findOcspDelegateFault, type OcspDelegateFaultCode } from './ocsp-delegate.ts';

/** Who signed an answer. */
export interface OcspSigner {
  readonly role: 'issuer' | 'delegate';
  readonly certificate: Certificate;
}

/** No signer, and why. */
export interface OcspSignerFault {
  readonly reason: OcspSignerFaultCode;
  readonly message: string;
}

/** Why no signer was accepted. */
export type OcspSignerFaultCode =
  | 'signer_not_found'
  | 'signature_invalid'
  | 'signature_unsupported'
  | OcspDelegateFaultCode;

/** An answer whose signer is to be found. */
export interface OcspSignerSearch {
  readonly basic: BasicOcspResponse;
  readonly issuer: Certificate;
  readonly at: Date;
  readonly crypto: CryptoProvider;
}

/**
 * Finds who signed an answer and whether that one may (RFC 6960 4.2.2.2; VER-02, VER-03, VER-04): the
 * issuer's own key, or a delegate whose certificate came along and was signed by that very key. Nobody
 * else: no other CA, no delegate of a delegate, no responder configured locally.
 */
export async function findOcspSigner(search: OcspSignerSearch): Promise<OcspSigner | OcspSignerFault> {
  const { basic, issuer } = search;
  let fault: OcspSignerFault = { reason: 'signer_not_found', message: 'no certificate fits the responderID' };
  if (await isResponder(search, issuer)) {
    const verdict = await checkSignature(search, issuer);
    if (verdict === 'valid') return { role: 'issuer', certificate: issuer };
    fault = signatureFault(verdict);
  }
  for (const der of basic.certificates.slice(0, MAX_DELEGATES)) {
    const result = await tryDelegate(search, der);
    if (result !== undefined && 'role' in result) return result;
    fault = result ?? fault;
  }
  return fault;
}

/** undefined when the certificate is not the one that responderID means. */
async function tryDelegate(
  search: OcspSignerSearch,
  der: Uint8Array,
): Promise<OcspSigner | OcspSignerFault | undefined> {
  const certificate = decodeOrUndefined(der);
  // The issuer came first; its own certificate is often sent along.
  if (certificate === undefined || isSameKey(certificate, search.issuer)) return undefined;
  if (!(await isResponder(search, certificate))) return undefined;
  const verdict = await checkSignature(search, certificate);
  if (verdict !== 'valid') return signatureFault(verdict);
  const { issuer, at, crypto } = search;
  const fault = await findOcspDelegateFault({ delegate: certificate, issuer, at, crypto });
  return fault ?? { role: 'delegate', certificate };
}

/** RFC 6960 4.2.2.3: responderID has to be that of the certificate that signed. The hash is SHA-1 (4.2.1). */
async function isResponder(
  { basic, crypto }: OcspSignerSearch,
  { subject, subjectPublicKeyInfo }: Certificate,
): Promise<boolean> {
  const { responderId } = basic;
  if (responderId.by === 'name') return namesEqualBytes(responderId.name, subject);
  return equalBytes(responderId.keyHash, await crypto.digest('SHA-1', subjectPublicKeyInfo.publicKey));
}

function checkSignature({ basic, crypto }: OcspSignerSearch, signer: Certificate): Promise<SignatureVerdict> {
  return crypto.verify({
    algorithm: basic.signatureAlgorithm,
    subjectPublicKeyInfoDer: signer.subjectPublicKeyInfo.der,
    message: basic.tbsDer,
    signature: basic.signature,
  });
}

function isSameKey(left: Certificate, right: Certificate): boolean {
  return equalBytes(left.subjectPublicKeyInfo.der, right.subjectPublicKeyInfo.der);
}

/** What a responder sends along and cannot be read concerns nobody, unless no other certificate fits. */
function decodeOrUndefined(der: Uint8Array): Certificate | undefined {
  try {
    return decodeCertificate(der);
  } catch (error) {
    if (error instanceof PkiError) return undefined;
    throw error;
  }
}

function signatureFault(verdict: 'invalid' | 'unsupported'): OcspSignerFault {
  return verdict === 'invalid'
    ? fault('signature_invalid', 'the signature is not by the key of the responder')
    : fault('signature_unsupported', 'the signature algorithm or the key is not taken');
}

function fault(reason: OcspSignerFaultCode, message: string): OcspSignerFault {
  return { reason, message };
}

/** A responder needs to send one certificate; each tried costs two signature checks. */
const MAX_DELEGATES = 8;
