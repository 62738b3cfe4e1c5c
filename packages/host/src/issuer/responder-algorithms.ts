import type { Certificate } from '@lancre/pki/certificate';
import { defaultSignatureAlgorithm, publicKeyKindOf, type SignatureAlgorithmName } from '@lancre/pki/crypto';
import type { Issuer } from './issuer.ts';

/**
 * The algorithms by which answers of an issuer may be signed: that of the newest responder first, as
 * control chooses, and that of the issuer's own key last. Read from certificates alone, since it is an edge
 * that asks.
 */
export function responderAlgorithmsOf(issuer: Issuer): readonly SignatureAlgorithmName[] {
  const known = algorithms.get(issuer);
  if (known !== undefined) return known;
  const newestFirst = (issuer.responders ?? [])
    .toReversed()
    .sort((a, b) => b.certificate.notBefore.getTime() - a.certificate.notBefore.getTime());
  const certificates = [
    ...newestFirst.map(({ certificate }) => certificate),
    ...(issuer.key === undefined ? [] : [issuer.certificates[0]]),
  ];
  const names = [...new Set(certificates.flatMap(algorithmOf))];
  algorithms.set(issuer, names);
  return names;
}

function algorithmOf({ subjectPublicKeyInfo }: Certificate): readonly SignatureAlgorithmName[] {
  const key = publicKeyKindOf(subjectPublicKeyInfo.der);
  return key === undefined ? [] : [defaultSignatureAlgorithm(key)];
}

/** Issuers are frozen values, made anew when they change. */
const algorithms = new WeakMap<Issuer, readonly SignatureAlgorithmName[]>();
