import type { Certificate } from '../pki/certificate.ts';
import type { HashName } from '../pki/hash-algorithm.ts';
import type { CryptoProvider } from './crypto-provider.ts';

/** The two hashes of a CertID that name the issuer (RFC 6960 4.1.1). */
export interface IssuerHashes {
  /** Over the DER of the issuer's subject. */
  readonly issuerNameHash: Uint8Array;
  /** Over the contents of the BIT STRING of the issuer's key, without tag, length and unused bits. */
  readonly issuerKeyHash: Uint8Array;
}

/**
 * Hashes an issuer for a CertID. Cross-certificates with the same subject and key have the same hashes.
 *
 * @example
 * const certId = encodeCertId({ hash: 'SHA-1', ...(await hashIssuer(crypto, 'SHA-1', issuer)), serialNumber });
 */
export async function hashIssuer(
  crypto: Pick<CryptoProvider, 'digest'>,
  hash: HashName,
  issuerCertificate: Pick<Certificate, 'subject' | 'subjectPublicKeyInfo'>,
): Promise<IssuerHashes> {
  const [issuerNameHash, issuerKeyHash] = await Promise.all([
    crypto.digest(hash, issuerCertificate.subject.der),
    crypto.digest(hash, issuerCertificate.subjectPublicKeyInfo.publicKey),
  ]);
  return { issuerNameHash, issuerKeyHash };
}
