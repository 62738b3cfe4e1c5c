import { type Certificate, decodeCertificate } from '@lancre/pki/certificate';
import type { CryptoProvider } from '@lancre/pki/crypto';
import { PkiError } from '@lancre/pki/errors';
import type { SerialNumber } from '@lancre/pki/ocsp';
import { checkOcsp, type OcspSigner, type OcspUndeterminedReason } from '@lancre/pki/verify';
import { type OcspResponseRefusal, refuseAnswer } from './ocsp-response-refusal.ts';
import type { OcspResponseSubject } from './ocsp-response-subject.ts';

/** An answer that whoever may speak for the issuer has signed. */
export interface OcspResponseSignature {
  readonly kind: 'signature';
  readonly role: OcspSigner['role'];
}

/**
 * Checks who signed: the issuer's own key, or a delegate by that very key, by no SHA-1 signature
 * (ORSP-09, ORSP-33); and that the answer ends before the certificates that it rests on (ORSP-20).
 */
export async function checkOcspResponseSignature(
  subject: OcspResponseSubject,
  { now, crypto }: { readonly now: Date; readonly crypto: CryptoProvider },
): Promise<OcspResponseSignature | OcspResponseRefusal> {
  const { der, issuer, serialNumber } = subject;
  const [own] = issuer.certificates;
  const verdict = await checkOcsp({
    response: der,
    certificate: standInFor(own, serialNumber),
    issuer: own,
    at: now,
    crypto,
    clockSkewSeconds: 0,
  });
  if (verdict.kind === 'undetermined')
    return refuseAnswer(verdict.reason, fieldOf(verdict.reason), verdict.message);
  return checkEnd(subject) ?? { kind: 'signature', role: verdict.signer.role };
}

/**
 * The certificate itself may never have been here. The check reads its issuer and serial number alone,
 * which are what an answer names it by.
 */
function standInFor(issuer: Certificate, serialNumber: SerialNumber): Certificate {
  return { ...issuer, issuer: issuer.subject, serialNumber };
}

function fieldOf(reason: OcspUndeterminedReason): string {
  if (reason.startsWith('delegate_')) return 'certs';
  return reason === 'critical_extension_unsupported' ? 'extensions' : 'signature';
}

/** Of cross-certificates the one that lives longest counts, as it does for what is signed here. */
function checkEnd({ basic, issuer, single }: OcspResponseSubject): OcspResponseRefusal | undefined {
  const { nextUpdate } = single;
  const ends = [Math.max(...issuer.certificates.map(({ notAfter }) => notAfter.getTime()))];
  for (const der of basic.certificates) {
    const certificate = decodeOrUndefined(der);
    if (certificate === undefined)
      return refuseAnswer('response_malformed', 'certs', 'it holds a certificate that cannot be read');
    ends.push(certificate.notAfter.getTime());
  }
  const end = new Date(Math.min(...ends));
  if (nextUpdate !== undefined && nextUpdate <= end) return undefined;
  const message = `it lies after ${end.toISOString()}, the end of a certificate that the answer rests on`;
  return refuseAnswer('outlives_certificate', 'nextUpdate', message);
}

function decodeOrUndefined(der: Uint8Array): Certificate | undefined {
  try {
    return decodeCertificate(der);
  } catch (error) {
    if (error instanceof PkiError) return undefined;
    throw error;
  }
}
