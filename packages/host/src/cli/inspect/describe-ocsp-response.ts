import { type Certificate, decodeCertificate } from '@lancre/pki/certificate';
import type {
  BasicOcspResponse,
  CertStatus,
  OcspErrorStatus,
  OcspResponse,
  SingleResponse,
} from '@lancre/pki/ocsp';
import { encodeHex } from '@lancre/pki/text';
import { signatureAlgorithmText } from './algorithm-text.ts';
import { type CertIdDescription, describeCertId } from './describe-cert-id.ts';
import { noteExtensions } from './extension-notes.ts';
import { Faults } from './faults.ts';
import { nameText } from './general-name-text.ts';
import { describeInstant, formatSpan } from './instant.ts';
import type { ExtensionNote, Instant } from './plain-value.ts';

/** An OCSP response in plain words. */
export type OcspResponseDescription = {
  readonly kind: 'ocsp-response';
  readonly summary: string;
  readonly status: string;
  /** What an error status means; absent on success. */
  readonly meaning?: string | undefined;
  readonly responderKeyHash?: string | undefined;
  readonly responderName?: string | undefined;
  readonly producedAt?: Instant | undefined;
  readonly nonce?: string | undefined;
  readonly signatureAlgorithm?: string | undefined;
  readonly signatureOctets?: number | undefined;
  readonly extensions?: readonly ExtensionNote[] | undefined;
  readonly answers?: readonly AnswerDescription[] | undefined;
  readonly certificates?: readonly CertificateNote[] | undefined;
  readonly octets: number;
  readonly unreadable?: readonly string[] | undefined;
};

type AnswerDescription = CertIdDescription & {
  readonly certStatus: 'good' | 'revoked' | 'unknown';
  readonly meaning: string;
  readonly revocationTime?: Instant | undefined;
  readonly revocationReason?: string | undefined;
  readonly thisUpdate: Instant;
  readonly nextUpdate?: Instant | undefined;
  readonly extensions?: readonly ExtensionNote[] | undefined;
};

type CertificateNote = {
  readonly subject: string;
  readonly issuer: string;
  readonly serialNumber: string;
  readonly notAfter: Instant;
};

/** Describes an OCSP response. Nothing is verified. */
export function describeOcspResponse(response: OcspResponse, now: Date): OcspResponseDescription {
  const octets = response.der.length;
  if (response.status === 'successful') return { ...describeBasic(response.basic, now), octets };
  return {
    kind: 'ocsp-response',
    summary:
      'an OCSP response without an answer: an error, which nobody signs, so anybody on the way can have made it',
    status: response.status,
    meaning: ERROR_MEANINGS[response.status],
    octets,
  };
}

function describeBasic(basic: BasicOcspResponse, now: Date): Omit<OcspResponseDescription, 'octets'> {
  const faults = new Faults();
  const { responderId, nonce } = basic;
  const certificates = basic.certificates.flatMap(
    (der) => faults.attempt('a certificate', () => decodeCertificate(der)) ?? [],
  );
  return {
    kind: 'ocsp-response',
    summary: summarize(basic, now),
    status: 'successful',
    responderKeyHash: responderId.by === 'key' ? encodeHex(responderId.keyHash) : undefined,
    responderName: responderId.by === 'name' ? nameText(responderId.name) : undefined,
    producedAt: describeInstant(basic.producedAt, now),
    nonce: nonce && encodeHex(nonce),
    signatureAlgorithm: signatureAlgorithmText(basic.signatureAlgorithm),
    signatureOctets: basic.signature.length,
    extensions: noteExtensions(basic.extensions, ['ocspNonce']),
    answers: basic.responses.map((single) => describeAnswer(single, now)),
    certificates:
      certificates.length === 0 ? undefined : certificates.map((each) => noteCertificate(each, now)),
    unreadable: faults.messages,
  };
}

function summarize({ responses }: BasicOcspResponse, now: Date): string {
  const [first] = responses;
  if (first === undefined || responses.length > 1)
    return `an OCSP response about ${responses.length} certificates`;
  return `an OCSP response: ${first.certStatus.status}, ${freshness(first, now)}`;
}

function freshness({ thisUpdate, nextUpdate }: SingleResponse, now: Date): string {
  const seconds = (instant: Date) => Math.floor((instant.getTime() - now.getTime()) / 1000);
  if (thisUpdate > now) return `dated ${formatSpan(seconds(thisUpdate))} in the future`;
  if (nextUpdate === undefined) return 'without nextUpdate';
  return nextUpdate < now
    ? `out of date for ${formatSpan(seconds(nextUpdate))}`
    : `current for ${formatSpan(seconds(nextUpdate))} more`;
}

function describeAnswer(single: SingleResponse, now: Date): AnswerDescription {
  const { certId, certStatus, thisUpdate, nextUpdate } = single;
  const isRevoked = certStatus.status === 'revoked';
  return {
    ...describeCertId(certId),
    certStatus: certStatus.status,
    meaning: STATUS_MEANINGS[certStatus.status],
    revocationTime: isRevoked ? describeInstant(certStatus.revocationTime, now) : undefined,
    revocationReason: isRevoked ? (certStatus.reason ?? 'none given') : undefined,
    thisUpdate: describeInstant(thisUpdate, now),
    nextUpdate: nextUpdate && describeInstant(nextUpdate, now),
    extensions: noteExtensions(single.extensions, []),
  };
}

function noteCertificate(
  { subject, issuer, serialNumber, notAfter }: Certificate,
  now: Date,
): CertificateNote {
  return {
    subject: nameText(subject),
    issuer: nameText(issuer),
    serialNumber,
    notAfter: describeInstant(notAfter, now),
  };
}

/** RFC 6960 2.3. */
const ERROR_MEANINGS: Readonly<Record<OcspErrorStatus, string>> = {
  malformedRequest:
    'The responder could not read the request, or refuses its form. Asking the same again will not help.',
  internalError:
    'Something failed inside the responder. Another responder, or the same one later, may answer.',
  tryLater: 'The responder is up, but cannot answer now. The same request may be sent again later.',
  sigRequired: 'The responder answers only requests that are signed.',
  unauthorized:
    'The responder has no answer to give: it does not speak for the issuer that was asked about, or has no record of the serial number, or the certificate expired long ago. It does not say that the certificate is good, nor that it is revoked.',
};

/** RFC 6960 2.2. */
const STATUS_MEANINGS: Readonly<Record<CertStatus['status'], string>> = {
  good: 'not revoked',
  revoked: 'no longer to be trusted',
  unknown: 'the responder does not know this certificate',
};
