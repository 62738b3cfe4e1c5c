import type { CryptoProvider, SignatureVerdict } from '../crypto/crypto-provider.ts';
import { equalBytes } from '../encoding/bytes.ts';
import { PkiError } from '../errors/pki-error.ts';
import { type Certificate, decodeCertificate } from '../pki/certificate.ts';
import {
  basicConstraintsOf,
  EXTENDED_KEY_USAGE_OIDS,
  extendedKeyUsageOf,
  hasOcspNoCheck,
  keyUsageOf,
} from '../pki/constraint-extensions.ts';
import { EXTENSION_OIDS } from '../pki/extension-oids.ts';
import { namesEqualBytes } from '../pki/name.ts';
import type { BasicOcspResponse } from '../pki/ocsp-response.ts';

/** Who signed an answer. */
export interface OcspSigner {
  readonly role: 'issuer' | 'delegate';
  readonly certificate: Certificate;
}

/**
 * Why no signer was accepted. `delegate_revocation_unchecked`: its certificate has no id-pkix-ocsp-nocheck,
 * and is not itself checked for revocation yet.
 */
export type OcspSignerFaultCode =
  | 'signer_not_found'
  | 'signature_invalid'
  | 'signature_unsupported'
  | 'delegate_not_issued_by_issuer'
  | 'delegate_not_current'
  | 'delegate_is_ca'
  | 'delegate_purpose_missing'
  | 'delegate_key_usage'
  | 'delegate_critical_extension'
  | 'delegate_malformed'
  | 'delegate_revocation_unchecked';

/** No signer, and why. */
export interface OcspSignerFault {
  readonly reason: OcspSignerFaultCode;
  readonly message: string;
}

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
  return (await checkDelegate(search, certificate)) ?? { role: 'delegate', certificate };
}

/** VER-02 and VER-03; T-28: a CA certificate is no delegate, whatever its extendedKeyUsage says. */
async function checkDelegate(
  search: OcspSignerSearch,
  delegate: Certificate,
): Promise<OcspSignerFault | undefined> {
  const { issuer, at, crypto } = search;
  const isNamed = namesEqualBytes(delegate.issuer, issuer.subject);
  if (!isNamed || (await verifyCertificate(crypto, delegate, issuer)) !== 'valid') {
    return fault('delegate_not_issued_by_issuer', 'its certificate is not by the key that issued the target');
  }
  if (!(at >= delegate.notBefore && at <= delegate.notAfter)) {
    return fault('delegate_not_current', 'its certificate is expired or not yet valid');
  }
  try {
    return checkDelegateExtensions(delegate);
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return fault('delegate_malformed', error.message);
  }
}

function checkDelegateExtensions(delegate: Certificate): OcspSignerFault | undefined {
  const critical = delegate.extensions.find(({ critical, oid }) => critical && !DELEGATE_EXTENSIONS.has(oid));
  if (critical !== undefined) {
    return fault('delegate_critical_extension', `its certificate has the critical extension ${critical.oid}`);
  }
  if (basicConstraintsOf(delegate)?.isCa === true) {
    return fault('delegate_is_ca', 'its certificate is that of a CA');
  }
  // anyExtendedKeyUsage is no designation (RFC 6960 4.2.2.2: id-kp-OCSPSigning is to be included).
  if (extendedKeyUsageOf(delegate)?.has(EXTENDED_KEY_USAGE_OIDS.ocspSigning) !== true) {
    return fault('delegate_purpose_missing', 'its extendedKeyUsage is without OCSPSigning');
  }
  if (keyUsageOf(delegate)?.has('digitalSignature') === false) {
    return fault('delegate_key_usage', 'its keyUsage is without digitalSignature');
  }
  if (!hasOcspNoCheck(delegate)) {
    return fault(
      'delegate_revocation_unchecked',
      'its certificate could be revoked: no id-pkix-ocsp-nocheck',
    );
  }
  return undefined;
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

function verifyCertificate(
  crypto: CryptoProvider,
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
const DELEGATE_EXTENSIONS: ReadonlySet<string> = new Set([
  EXTENSION_OIDS.basicConstraints,
  EXTENSION_OIDS.keyUsage,
  EXTENSION_OIDS.extendedKeyUsage,
  EXTENSION_OIDS.ocspNoCheck,
]);
