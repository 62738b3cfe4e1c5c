import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import type { Certificate } from '../pki/certificate.ts';
import { keyUsageOf } from '../pki/constraint-extensions.ts';
import type { Crl } from '../pki/crl.ts';
import { EXTENSION_OIDS } from '../pki/extension-oids.ts';
import { namesEqualBytes } from '../pki/name.ts';

/** Whose list it has to be. */
export interface CrlSource {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  readonly crypto: Pick<CryptoProvider, 'verify'>;
}

/** Why a list, complete or delta, is not one that the issuer of a certificate stands for. */
export type CrlAcceptanceReason =
  | 'issuer_mismatch'
  | 'key_usage_forbids_crl_signing'
  | 'signature_invalid'
  | 'signature_unsupported'
  | 'critical_extension_unsupported';

/** A list that is not accepted. */
export interface CrlAcceptanceFault {
  readonly reason: CrlAcceptanceReason;
  readonly message: string;
}

/**
 * Checks that a list is of the certificate's issuer, and that nothing in it is critical and unknown
 * (RFC 5280 6.3.3 (b)(1), (c)(1), (f), (g), (h)). undefined when all is well.
 *
 * Who signed comes first, so that every other reason is a fact that the issuer stands for.
 */
export async function findAcceptanceFault(
  crl: Crl,
  source: CrlSource,
): Promise<CrlAcceptanceFault | undefined> {
  return findIssuerFault(crl, source) ?? (await findSignatureFault(crl, source)) ?? findExtensionFault(crl);
}

/** 6.3.3 (b)(1) and (f). Names octet by octet (T-16). */
function findIssuerFault(crl: Crl, { certificate, issuer }: CrlSource): CrlAcceptanceFault | undefined {
  if (!namesEqualBytes(certificate.issuer, issuer.subject)) {
    return fault('issuer_mismatch', 'the issuer given is not the issuer of the certificate');
  }
  if (!namesEqualBytes(crl.issuer, issuer.subject)) {
    return fault('issuer_mismatch', 'the list is of another issuer');
  }
  if (keyUsageOf(issuer)?.has('cRLSign') === false) {
    return fault('key_usage_forbids_crl_signing', 'keyUsage of the issuer is without cRLSign');
  }
  return undefined;
}

/** 6.3.3 (g) and (h). */
async function findSignatureFault(
  crl: Crl,
  { issuer, crypto }: CrlSource,
): Promise<CrlAcceptanceFault | undefined> {
  const verdict = await crypto.verify({
    algorithm: crl.signatureAlgorithm,
    subjectPublicKeyInfoDer: issuer.subjectPublicKeyInfo.der,
    message: crl.tbsDer,
    signature: crl.signature,
  });
  switch (verdict) {
    case 'valid':
      return undefined;
    case 'invalid':
      return fault('signature_invalid', 'the signature is not by the key of the issuer');
    case 'unsupported':
      return fault('signature_unsupported', 'the signature algorithm or the key is not taken');
  }
}

/** RFC 5280 5.2 and 5.3, VER-18: what is critical and unknown, on the list or on any entry, forbids its use. */
function findExtensionFault(crl: Crl): CrlAcceptanceFault | undefined {
  const onList = crl.extensions.find(({ critical, oid }) => critical && !PROCESSED_EXTENSIONS.has(oid));
  const unknown =
    onList?.oid ?? crl.criticalEntryExtensions.find((oid) => !PROCESSED_ENTRY_EXTENSIONS.has(oid));
  return unknown === undefined
    ? undefined
    : fault('critical_extension_unsupported', `the critical extension ${unknown}`);
}

function fault(reason: CrlAcceptanceReason, message: string): CrlAcceptanceFault {
  return { reason, message };
}

const PROCESSED_EXTENSIONS: ReadonlySet<string> = new Set([
  EXTENSION_OIDS.issuingDistributionPoint,
  EXTENSION_OIDS.deltaCRLIndicator,
]);
/** Both only tell more about a revocation that counts anyhow. */
const PROCESSED_ENTRY_EXTENSIONS: ReadonlySet<string> = new Set([
  EXTENSION_OIDS.reasonCode,
  EXTENSION_OIDS.invalidityDate,
]);
