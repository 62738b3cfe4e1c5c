import { createHash } from 'node:crypto';
import {
  authorityInfoAccessOf,
  authorityKeyIdentifierOf,
  basicConstraintsOf,
  type Certificate,
  crlDistributionPointsOf,
  EXTENDED_KEY_USAGE_OIDS,
  extendedKeyUsageOf,
  hasNoRevAvail,
  hasOcspNoCheck,
  keyUsageOf,
  namesEqualBytes,
  subjectAltNameOf,
  subjectKeyIdentifierOf,
  tlsFeatureOf,
} from '@lancre/pki/certificate';
import { freshestCrlOf } from '@lancre/pki/crl';
import { encodeHex } from '@lancre/pki/text';
import { publicKeyText, signatureAlgorithmText } from './algorithm-text.ts';
import { noteExtensions } from './extension-notes.ts';
import { Faults } from './faults.ts';
import { generalNameText, locationText, nameText } from './general-name-text.ts';
import { describeInstant, formatSpan } from './instant.ts';
import type { ExtensionNote, Instant } from './plain-value.ts';

/** A certificate in plain words. */
export type CertificateDescription = {
  readonly kind: 'certificate';
  readonly summary: string;
  readonly subject: string;
  readonly issuer: string;
  readonly serialNumber: string;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  readonly version: number;
  readonly publicKey: string;
  readonly signatureAlgorithm: string;
  readonly isCa: boolean;
  readonly pathLength?: number | undefined;
  readonly keyUsage?: readonly string[] | undefined;
  readonly extendedKeyUsage?: readonly string[] | undefined;
  readonly subjectAltName?: readonly string[] | undefined;
  readonly ocsp?: readonly string[] | undefined;
  readonly caIssuers?: readonly string[] | undefined;
  readonly crl?: readonly string[] | undefined;
  readonly freshestCrl?: readonly string[] | undefined;
  readonly revocationNotes?: readonly string[] | undefined;
  readonly subjectKeyIdentifier?: string | undefined;
  readonly authorityKeyIdentifier?: string | undefined;
  /** How OCSP names it as an issuer: what a CertID with SHA-1 holds. */
  readonly asOcspIssuer?: { readonly issuerNameHash: string; readonly issuerKeyHash: string } | undefined;
  readonly extensions?: readonly ExtensionNote[] | undefined;
  readonly sha256: string;
  readonly octets: number;
  readonly unreadable?: readonly string[] | undefined;
};

/** Describes a certificate. Nothing is verified. An extension that cannot be read does not hide the rest. */
export function describeCertificate(certificate: Certificate, now: Date): CertificateDescription {
  const faults = new Faults();
  const constraints = faults.attempt('basicConstraints', () => basicConstraintsOf(certificate));
  const isCa = constraints?.isCa ?? false;
  return {
    kind: 'certificate',
    summary: summarize(certificate, isCa, now),
    subject: nameText(certificate.subject),
    issuer: nameText(certificate.issuer),
    serialNumber: certificate.serialNumber,
    notBefore: describeInstant(certificate.notBefore, now),
    notAfter: describeInstant(certificate.notAfter, now),
    version: certificate.version,
    publicKey: publicKeyText(certificate.subjectPublicKeyInfo),
    signatureAlgorithm: signatureAlgorithmText(certificate.signatureAlgorithm),
    isCa,
    pathLength: constraints?.pathLength,
    ...describeUses(certificate, faults),
    ...describeAddresses(certificate, faults),
    ...describeKeyIdentifiers(certificate, faults),
    asOcspIssuer: isCa ? hashesAsIssuer(certificate) : undefined,
    extensions: noteExtensions(certificate.extensions, toldExtensions),
    sha256: hashHex('sha256', certificate.der),
    octets: certificate.der.length,
    unreadable: faults.messages,
  };
}

function summarize(certificate: Certificate, isCa: boolean, now: Date): string {
  const { notBefore, notAfter, subject, issuer } = certificate;
  const isSelfIssued = namesEqualBytes(subject, issuer);
  const what = isCa
    ? isSelfIssued
      ? 'a root (a CA certificate that is its own issuer)'
      : 'a CA certificate'
    : 'a certificate';
  const seconds = (instant: Date) => Math.floor((instant.getTime() - now.getTime()) / 1000);
  if (notBefore > now) return `${what}, not valid yet: its time begins in ${formatSpan(seconds(notBefore))}`;
  if (notAfter < now) return `${what}, expired ${formatSpan(seconds(notAfter))} ago`;
  return `${what}, within its time for ${formatSpan(seconds(notAfter))} more`;
}

function describeUses(certificate: Certificate, faults: Faults) {
  const usage = faults.attempt('keyUsage', () => keyUsageOf(certificate));
  const purposes = faults.attempt('extendedKeyUsage', () => extendedKeyUsageOf(certificate));
  const names = faults.attempt('subjectAltName', () => subjectAltNameOf(certificate));
  return {
    keyUsage: usage && [...usage],
    extendedKeyUsage: purposes && [...purposes].map((oid) => PURPOSES.get(oid) ?? oid),
    subjectAltName: names?.map(generalNameText),
  };
}

function describeAddresses(certificate: Certificate, faults: Faults) {
  const access = faults.attempt('authorityInfoAccess', () => authorityInfoAccessOf(certificate));
  const points = faults.attempt('cRLDistributionPoints', () => crlDistributionPointsOf(certificate));
  const freshest = faults.attempt('freshestCRL', () => freshestCrlOf(certificate));
  const locations = (method: string) => {
    const found = access?.filter((description) => description.method === method);
    return found && found.length > 0 ? found.map(({ location }) => locationText(location)) : undefined;
  };
  return {
    ocsp: locations('ocsp'),
    caIssuers: locations('caIssuers'),
    crl: points?.flatMap(({ distributionPoint = [] }) => distributionPoint.map(locationText)),
    freshestCrl: freshest?.flatMap(({ distributionPoint = [] }) => distributionPoint.map(locationText)),
    revocationNotes: revocationNotes(certificate, faults),
  };
}

function revocationNotes(certificate: Certificate, faults: Faults): readonly string[] | undefined {
  const notes = [
    faults.attempt('tlsFeature', () => tlsFeatureOf(certificate)?.includes(statusRequest))
      ? 'must-staple: TLS servers have to send an OCSP answer along (RFC 7633)'
      : undefined,
    faults.attempt('ocspNoCheck', () => hasOcspNoCheck(certificate))
      ? 'ocsp-nocheck: this OCSP signer is not checked for revocation (RFC 6960 4.2.2.2.1)'
      : undefined,
    faults.attempt('noRevAvail', () => hasNoRevAvail(certificate))
      ? 'noRevAvail: its issuer publishes no revocation information (RFC 9608)'
      : undefined,
  ].filter((note) => note !== undefined);
  return notes.length === 0 ? undefined : notes;
}

function describeKeyIdentifiers(certificate: Certificate, faults: Faults) {
  const own = faults.attempt('subjectKeyIdentifier', () => subjectKeyIdentifierOf(certificate));
  const authority = faults.attempt('authorityKeyIdentifier', () =>
    authorityKeyIdentifierOf(certificate),
  )?.keyIdentifier;
  return {
    subjectKeyIdentifier: own && encodeHex(own),
    authorityKeyIdentifier: authority && encodeHex(authority),
  };
}

function hashesAsIssuer({ subject, subjectPublicKeyInfo }: Certificate) {
  return {
    issuerNameHash: hashHex('sha1', subject.der),
    issuerKeyHash: hashHex('sha1', subjectPublicKeyInfo.publicKey),
  };
}

function hashHex(algorithm: 'sha1' | 'sha256', octets: Uint8Array): string {
  return createHash(algorithm).update(octets).digest('hex');
}

const PURPOSES: ReadonlyMap<string, string> = new Map([
  ...Object.entries(EXTENDED_KEY_USAGE_OIDS).map(([name, oid]) => [oid, name] as const),
  ['1.3.6.1.5.5.7.3.3', 'codeSigning'],
  ['1.3.6.1.5.5.7.3.4', 'emailProtection'],
  ['1.3.6.1.5.5.7.3.8', 'timeStamping'],
]);

const toldExtensions = [
  'basicConstraints',
  'keyUsage',
  'extendedKeyUsage',
  'subjectAltName',
  'authorityInfoAccess',
  'cRLDistributionPoints',
  'freshestCRL',
  'subjectKeyIdentifier',
  'authorityKeyIdentifier',
  'tlsFeature',
  'ocspNoCheck',
  'noRevAvail',
] as const;
/** RFC 7633 4.2.3.1: the number of the TLS extension. */
const statusRequest = 5;
