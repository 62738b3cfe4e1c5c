import { type Certificate, decodeCertificate } from '@lancre/pki/certificate';
import { LancreError } from '../errors/lancre-error.ts';
import type { CrlSource, Issuer, KeyReference } from '../issuer/issuer.ts';
import { defaultIssuerPolicy, type IssuerPolicy } from '../issuer/issuer-policy.ts';

/** The stored form of an issuer: JSON, with the certificates in base64. */
interface StoredIssuer {
  readonly name: string;
  readonly certificates: readonly string[];
  readonly key?: KeyReference;
  readonly policy: Partial<IssuerPolicy>;
  readonly responders?: readonly { readonly certificate: string; readonly key: KeyReference }[];
  readonly requestSigners?: readonly string[];
  readonly crlSource?: CrlSource;
  readonly compromise?: { readonly since: string };
}

/** Everything but the number, which is the key it is stored under. */
export function encodeIssuer(issuer: Omit<Issuer, 'id'>): Buffer {
  const { name, certificates, key, policy, responders, requestSigners, crlSource, compromise } = issuer;
  const stored: StoredIssuer = {
    name,
    certificates: certificates.map(encodeBase64),
    ...(key === undefined ? {} : { key }),
    policy,
    ...(responders === undefined
      ? {}
      : {
          responders: responders.map((each) => ({
            certificate: encodeBase64(each.certificate),
            key: each.key,
          })),
        }),
    ...(requestSigners === undefined ? {} : { requestSigners: requestSigners.map(encodeBase64) }),
    ...(crlSource === undefined ? {} : { crlSource }),
    ...(compromise === undefined ? {} : { compromise: { since: compromise.since.toISOString() } }),
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
function completePolicy({ profile, issues, ocsp, crl }: Partial<IssuerPolicy>): IssuerPolicy {
  return {
    profile: profile ?? defaultIssuerPolicy.profile,
    issues: issues ?? defaultIssuerPolicy.issues,
    ocsp: { ...defaultIssuerPolicy.ocsp, ...ocsp },
    crl: { ...defaultIssuerPolicy.crl, ...crl },
  };
}

function parse(id: number, text: string): Issuer {
  const stored: StoredIssuer = JSON.parse(text);
  const { name, key, policy, responders, requestSigners, crlSource, compromise } = stored;
  const [first, ...others] = stored.certificates.map(decodeBase64);
  if (first === undefined) throw new LancreError('store_corrupt', `issuer ${id} has no certificate`);
  return Object.freeze({
    id,
    name,
    certificates: [first, ...others] as const,
    ...(key === undefined ? {} : { key }),
    policy: completePolicy(policy),
    ...(responders === undefined
      ? {}
      : {
          responders: responders.map((each) => ({
            certificate: decodeBase64(each.certificate),
            key: each.key,
          })),
        }),
    ...(requestSigners === undefined ? {} : { requestSigners: requestSigners.map(decodeBase64) }),
    ...(crlSource === undefined ? {} : { crlSource }),
    ...(compromise === undefined ? {} : { compromise: { since: new Date(compromise.since) } }),
  });
}

function encodeBase64({ der }: Certificate): string {
  return Buffer.from(der).toString('base64');
}

function decodeBase64(text: string): Certificate {
  return decodeCertificate(new Uint8Array(Buffer.from(text, 'base64')));
}
