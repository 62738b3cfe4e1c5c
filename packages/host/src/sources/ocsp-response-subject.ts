import { PkiError } from '@lancre/pki/errors';
import {
  type BasicOcspResponse,
  decodeOcspResponse,
  type OcspResponse,
  type SerialNumber,
  type SingleResponse,
} from '@lancre/pki/ocsp';
import { serialNumberToBytes } from '@lancre/pki/text';
import type { Issuer } from '../issuer/issuer.ts';
import type { IssuerRegistry } from '../issuer/issuer-registry.ts';
import type { CertIdForm } from '../status/ocsp-source.ts';
import { type OcspResponseRefusal, refuseAnswer } from './ocsp-response-refusal.ts';

/** A decoded answer, and the one certificate that it is about. Nothing of it is verified yet. */
export interface OcspResponseSubject {
  readonly kind: 'subject';
  readonly der: Uint8Array;
  readonly basic: BasicOcspResponse;
  readonly issuer: Issuer;
  readonly serialNumber: SerialNumber;
  /** Magnitude octets. */
  readonly serialOctets: Uint8Array;
  /** The CertIDs under which it answers, one or more, all different. */
  readonly forms: readonly CertIdForm[];
  /** What it says; where there are several SingleResponses, each says this. */
  readonly single: SingleResponse;
}

/** Where issuers are looked up. */
export interface OcspResponseIssuers {
  readonly registry: IssuerRegistry;
  /** The issuer that the answer is said to be of: another is refused. Undefined = any that is known here. */
  readonly issuer?: Issuer | undefined;
}

/**
 * Reads an OCSPResponse in DER and finds out which certificate of which issuer it is about.
 *
 * Two SingleResponses are taken only when they are for one certificate under different CertIDs and say the
 * same (RFC 9919 3.2.1): an answer is kept, and found again, by its certificate.
 */
export function readOcspResponseSubject(
  der: Uint8Array,
  issuers: OcspResponseIssuers,
): OcspResponseSubject | OcspResponseRefusal {
  const response = decode(der);
  if ('kind' in response) return response;
  if (response.status !== 'successful')
    return refuseAnswer('error_response', 'responseStatus', `it is the error ${response.status}`);
  const { basic } = response;
  // With a nonce it is one client's answer, and of no use to another (RFC 9654 2).
  if (basic.nonceForm !== 'absent')
    return refuseAnswer(
      'nonce_present',
      'responseExtensions',
      'it holds a nonce: it was made for one client',
    );
  const [single, ...others] = basic.responses;
  if (single === undefined)
    return refuseAnswer('certificate_not_covered', 'responses', 'it is about no certificate');
  const found = findCertificate(single, issuers);
  if ('kind' in found) return found;
  const forms: CertIdForm[] = [found.form];
  for (const other of others) {
    const twin = findTwin(other, single, found, issuers);
    if ('kind' in twin) return twin;
    if (forms.some((form) => isSameForm(form, twin.form))) return several('a CertID comes twice');
    forms.push(twin.form);
  }
  const { issuer, serialOctets } = found;
  const { serialNumber } = single.certId;
  return { kind: 'subject', der, basic, issuer, serialNumber, serialOctets, forms, single };
}

/** T-03: an answer of one octet was served, and kept by caches. Neither that nor text gets to the decoder. */
function decode(der: Uint8Array): OcspResponse | OcspResponseRefusal {
  if (der.length < leastOctets)
    return refuseAnswer('too_short', 'OCSPResponse', `${der.length} octets are no OCSP answer`);
  if (looksLikeText(der)) {
    const advice = 'it is text; an OCSP answer is taken in DER, as "openssl ocsp -respout" writes it';
    return refuseAnswer('not_der', 'OCSPResponse', advice);
  }
  try {
    return decodeOcspResponse(der, { maxBytes: maximumResponseOctets });
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return refuseAnswer('response_malformed', 'OCSPResponse', error.message);
  }
}

/** PEM and base64 hold printable octets only; no signed answer does. */
function looksLikeText(octets: Uint8Array): boolean {
  return octets.every((octet) => (octet >= 0x20 && octet < 0x7f) || lineEnds.has(octet));
}

interface FoundCertificate {
  readonly issuer: Issuer;
  readonly serialOctets: Uint8Array;
  readonly form: CertIdForm;
}

function findCertificate(
  { certId }: SingleResponse,
  { registry, issuer: expected }: OcspResponseIssuers,
): FoundCertificate | OcspResponseRefusal {
  const { hash, parameters, issuerNameHash, issuerKeyHash, serialNumber } = certId;
  if (hash === undefined || parameters === 'other')
    return refuseAnswer('issuer_unknown', 'hashAlgorithm', 'its CertID is by a hash that is not taken here');
  const issuer = registry.byCertId(hash, issuerNameHash, issuerKeyHash);
  if (issuer === undefined)
    return refuseAnswer('issuer_unknown', 'certID', 'no issuer here has the name and the key of its CertID');
  if (expected !== undefined && expected.id !== issuer.id)
    return refuseAnswer('issuer_mismatch', 'certID', `it is about a certificate of ${issuer.name}`);
  if (serialNumber.startsWith('-') || serialNumber === '00')
    return refuseAnswer('serial_invalid', 'serialNumber', 'it is not positive (RFC 5280 4.1.2.2)');
  return { issuer, serialOctets: serialNumberToBytes(serialNumber), form: { hash, parameters } };
}

/** A further SingleResponse, which has to be about the same certificate and say the same. */
function findTwin(
  other: SingleResponse,
  first: SingleResponse,
  found: FoundCertificate,
  issuers: OcspResponseIssuers,
): FoundCertificate | OcspResponseRefusal {
  const twin = findCertificate(other, issuers);
  if ('kind' in twin) return twin;
  const isSameCertificate =
    twin.issuer.id === found.issuer.id && Buffer.compare(twin.serialOctets, found.serialOctets) === 0;
  if (!isSameCertificate) return several('it is about several certificates: make one answer for each');
  return saysSame(first, other) ? twin : several('it says two things about one certificate');
}

function saysSame(left: SingleResponse, right: SingleResponse): boolean {
  return (
    isSameTime(left.thisUpdate, right.thisUpdate) &&
    isSameTime(left.nextUpdate, right.nextUpdate) &&
    statusText(left) === statusText(right)
  );
}

function statusText({ certStatus }: SingleResponse): string {
  if (certStatus.status !== 'revoked') return certStatus.status;
  return `${certStatus.revocationTime.getTime()} ${certStatus.reason ?? 'unspecified'}`;
}

function isSameTime(left: Date | undefined, right: Date | undefined): boolean {
  return left?.getTime() === right?.getTime();
}

function isSameForm(left: CertIdForm, right: CertIdForm): boolean {
  return left.hash === right.hash && left.parameters === right.parameters;
}

function several(message: string): OcspResponseRefusal {
  return refuseAnswer('several_certificates', 'responses', message);
}

/** An error, the shortest OCSPResponse, has five: `30 03 0A 01 xx` (ORSP-02). */
const leastOctets = 5;
/** Clients take no more of an answer; a good one has less than 2 KiB (ORSP-44). */
const maximumResponseOctets = 64 * 1024;
const lineEnds: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d]);
