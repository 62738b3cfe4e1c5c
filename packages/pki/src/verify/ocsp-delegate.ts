import type { CryptoProvider, SignatureVerdict } from '../crypto/crypto-provider.ts';
import { PkiError } from '../errors/pki-error.ts';
import type { Certificate } from '../pki/certificate.ts';
import {
  basicConstraintsOf,
  EXTENDED_KEY_USAGE_OIDS,
  extendedKeyUsageOf,
  hasOcspNoCheck,
  keyUsageOf,
} from '../pki/constraint-extensions.ts';
import { EXTENSION_OIDS } from '../pki/extension-oids.ts';
import { namesEqualBytes } from '../pki/name.ts';

/** A certificate that is to designate a delegated responder. */
export interface OcspDelegateToCheck {
  readonly delegate: Certificate;
  /** The CA whose certificates it is to answer for. */
  readonly issuer: Certificate;
  readonly at: Date;
  readonly crypto: Pick<CryptoProvider, 'verify'>;
}

/**
 * Why a certificate designates nobody. `delegate_revocation_unchecked`: it has no id-pkix-ocsp-nocheck, and
 * is not itself checked for revocation.
 */
export type OcspDelegateFaultCode =
  | 'delegate_not_issued_by_issuer'
  | 'delegate_not_current'
  | 'delegate_is_ca'
  | 'delegate_purpose_missing'
  | 'delegate_key_usage'
  | 'delegate_critical_extension'
  | 'delegate_malformed'
  | 'delegate_revocation_unchecked';

/** One reason, for programs and for people. */
export interface OcspDelegateFault {
  readonly reason: OcspDelegateFaultCode;
  readonly message: string;
}

/**
 * Whether a certificate designates a delegated responder (RFC 6960 4.2.2.2; VER-02, VER-03): issued directly
 * by the very key that issued the certificates it answers for, current, for OCSPSigning, not to be checked
 * itself (id-pkix-ocsp-nocheck), and no CA, whatever its extendedKeyUsage says (T-28).
 *
 * @returns undefined when there is no fault
 *
 * @example
 * const fault = await findOcspDelegateFault({ delegate, issuer, at: new Date(), crypto });
 * if (fault !== undefined) console.error(fault.message);
 */
export async function findOcspDelegateFault({
  delegate,
  issuer,
  at,
  crypto,
}: OcspDelegateToCheck): Promise<OcspDelegateFault | undefined> {
  const isNamed = namesEqualBytes(delegate.issuer, issuer.subject);
  if (!isNamed || (await verifyCertificate(crypto, delegate, issuer)) !== 'valid') {
    return faultOf('delegate_not_issued_by_issuer', 'its certificate is not by the name and key of the CA');
  }
  if (!(at >= delegate.notBefore && at <= delegate.notAfter)) {
    return faultOf('delegate_not_current', 'its certificate is expired or not yet valid');
  }
  try {
    return checkDelegateExtensions(delegate);
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return faultOf('delegate_malformed', error.message);
  }
}

function checkDelegateExtensions(delegate: Certificate): OcspDelegateFault | undefined {
  const critical = delegate.extensions.find(({ critical, oid }) => critical && !DELEGATE_EXTENSIONS.has(oid));
  if (critical !== undefined) {
    return faultOf(
      'delegate_critical_extension',
      `its certificate has the critical extension ${critical.oid}`,
    );
  }
  if (basicConstraintsOf(delegate)?.isCa === true) {
    return faultOf('delegate_is_ca', 'its certificate is that of a CA');
  }
  // anyExtendedKeyUsage is no designation (RFC 6960 4.2.2.2: id-kp-OCSPSigning is to be included).
  if (extendedKeyUsageOf(delegate)?.has(EXTENDED_KEY_USAGE_OIDS.ocspSigning) !== true) {
    return faultOf('delegate_purpose_missing', 'its extendedKeyUsage is without OCSPSigning');
  }
  if (keyUsageOf(delegate)?.has('digitalSignature') === false) {
    return faultOf('delegate_key_usage', 'its keyUsage is without digitalSignature');
  }
  if (!hasOcspNoCheck(delegate)) {
    return faultOf(
      'delegate_revocation_unchecked',
      'its certificate could be revoked: no id-pkix-ocsp-nocheck',
    );
  }
  return undefined;
}

function verifyCertificate(
  crypto: Pick<CryptoProvider, 'verify'>,
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

function faultOf(reason: OcspDelegateFaultCode, message: string): OcspDelegateFault {
  return { reason, message };
}

const DELEGATE_EXTENSIONS: ReadonlySet<string> = new Set([
  EXTENSION_OIDS.basicConstraints,
  EXTENSION_OIDS.keyUsage,
  EXTENSION_OIDS.extendedKeyUsage,
  EXTENSION_OIDS.ocspNoCheck,
]);
