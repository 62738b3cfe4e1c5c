import type { Certificate } from '@lancre/pki/certificate';
import type { CryptoProvider, Signer } from '@lancre/pki/crypto';
import { findOcspDelegateFault, listOcspDelegateProfileFaults } from '@lancre/pki/verify';
import type { Issuer } from './issuer.ts';

/** A delegated responder that is to sign for an issuer. */
export interface ResponderCandidate {
  readonly issuer: Pick<Issuer, 'certificates' | 'policy'>;
  readonly certificate: Certificate;
  readonly signer: Pick<Signer, 'subjectPublicKeyInfoDer'>;
  readonly at: Date;
  readonly crypto: Pick<CryptoProvider, 'verify'>;
}

/**
 * Why a delegated responder may not sign for an issuer (RFC 6960 4.2.2.2; ORSP-09, ORSP-11, ORSP-12):
 * checked when it is added, and again whenever its key is loaded, since an answer by it would be refused
 * by every client.
 *
 * @returns a sentence for people; undefined when there is no fault
 */
export async function responderFaultOf(candidate: ResponderCandidate): Promise<string | undefined> {
  const { issuer, certificate, signer, at, crypto } = candidate;
  if (Buffer.compare(signer.subjectPublicKeyInfoDer, certificate.subjectPublicKeyInfo.der) !== 0)
    return 'the key is not that of the certificate';
  // All cross-certificates have one name and one key, so the first stands for all of them.
  const [ca] = issuer.certificates;
  const fault = await findOcspDelegateFault({ delegate: certificate, issuer: ca, at, crypto });
  if (fault !== undefined) return fault.message;
  if (issuer.policy.profile !== 'cabf') return undefined;
  const faults = listOcspDelegateProfileFaults(certificate);
  return faults.length === 0 ? undefined : faults.join('; ');
}
