import { type Certificate, decodeCertificate } from '@lancre/pki/certificate';
import { LancreError } from '../errors/lancre-error.ts';
import type { Issuer, KeyReference } from '../issuer/issuer.ts';
import { defaultIssuerPolicy, type IssuerPolicy } from '../issuer/issuer-policy.ts';

/** The stored form of an issuer: JSON, with the certificates in base64. */
interface StoredIssuer {
  readonly name: string;
  readonly certificates: readonly string[];
  readonly key?: KeyReference;
  readonly policy: IssuerPolicy;
}

/** Everything but the number, which is the key it is stored under. */
export function encodeIssuer(issuer: Omit<Issuer, 'id'>): Buffer {
  const stored: StoredIssuer = {
    name: issuer.name,
    certificates: issuer.certificates.map(({ der }) => Buffer.from(der).toString('base64')),
    ...(issuer.key === undefined ? {} : { key: issuer.key }),
    policy: issuer.policy,
  };
  return Buffer.from(JSON.stringify(stored));
}

/** @throws LancreError `store_corrupt` when the octets are not an issuer */
export function decodeIssuer(id: number, value: Uint8Array): Issuer {
  try {
    return parse(id, Buffer.from(value).toString('utf8'));
  } catch (cause) {
    throw new LancreError('store_corrupt', `issuer ${id} is not readable`, { cause });
  }
}

/** A setting that came after the issuer was stored has its default. */
function completePolicy({ ocsp, crl }: IssuerPolicy): IssuerPolicy {
  return { ocsp: { ...defaultIssuerPolicy.ocsp, ...ocsp }, crl: { ...defaultIssuerPolicy.crl, ...crl } };
}

function parse(id: number, text: string): Issuer {
  const { name, certificates, key, policy }: StoredIssuer = JSON.parse(text);
  const [first, ...others] = certificates.map(decodeBase64);
  if (first === undefined) throw new LancreError('store_corrupt', `issuer ${id} has no certificate`);
  return Object.freeze({
    id,
    name,
    certificates: [first, ...others] as const,
    ...(key === undefined ? {} : { key }),
    policy: completePolicy(policy),
  });
}

function decodeBase64(text: string): Certificate {
  return decodeCertificate(new Uint8Array(Buffer.from(text, 'base64')));
}
