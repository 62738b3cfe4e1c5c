import { decodeCertificate } from '@lancre/pki/certificate';
import { type CertificateDescription, describeCertificate } from './describe-certificate.ts';
import { Faults } from './faults.ts';

/** A certs-only CMS message (p7c) in plain words. */
export type CmsDescription = {
  readonly kind: 'cms';
  readonly summary: string;
  readonly octets: number;
  readonly certificates: readonly CertificateDescription[];
  readonly unreadable?: readonly string[] | undefined;
};

/** Describes a certs-only CMS message. @param certificates what decodeCertsOnlyCms found in `der` */
export function describeCms(der: Uint8Array, certificates: readonly Uint8Array[], now: Date): CmsDescription {
  const faults = new Faults();
  const readable = certificates.flatMap(
    (each, index) => faults.attempt(`certificate ${index + 1}`, () => decodeCertificate(each)) ?? [],
  );
  return {
    kind: 'cms',
    summary: `a certs-only CMS message (p7c) with ${certificates.length === 1 ? '1 certificate' : `${certificates.length} certificates`}`,
    octets: der.length,
    certificates: readable.map((each) => describeCertificate(each, now)),
    unreadable: faults.messages,
  };
}
