import { encodeCertId } from '@lancre/pki/ocsp';
import type { Issuer } from '#host/issuer/issuer.js';
import type { IssuerRegistry } from '#host/issuer/issuer-registry.js';

/** A CertID by SHA-1 of the certificate 0a of an issuer. */
export function certIdFor(registry: IssuerRegistry, issuer: Issuer): Uint8Array {
  const hashes = registry.certIdHashesOf(issuer.id, 'SHA-1');
  if (hashes === undefined) throw new Error('no hashes');
  return encodeCertId({ hash: 'SHA-1', parameters: 'null', ...hashes, serialNumber: '0a' });
}
