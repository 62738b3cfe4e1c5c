import {
  type CertStatus,
  encodeCertId,
  encodeExtendedRevoke,
  encodeNonce,
  type ResponseDataInput,
} from '@lancre/pki/ocsp';
import { serialNumberFromBytes } from '@lancre/pki/text';
import { LancreError } from '../errors/lancre-error.ts';
import type { Issuer } from '../issuer/issuer.ts';
import type { IssuerRegistry } from '../issuer/issuer-registry.ts';
import type { CertificateStanding } from './certificate-standing.ts';
import type { OcspQuestion, OcspQuestionItem } from './ocsp-source.ts';

/** What the signed part of an answer is made of. */
export interface ResponseDataParts {
  readonly issuer: Issuer;
  readonly issuers: IssuerRegistry;
  readonly question: OcspQuestion;
  /** One for each item of the question, none of them refused. */
  readonly standings: readonly CertificateStanding[];
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
}

/** Builds ResponseData (RFC 6960 4.2.1): by key, as new responders must (ORSP-08), and no octet more than needed. */
export function buildResponseData(parts: ResponseDataParts): ResponseDataInput {
  const { issuer, issuers, question, standings, thisUpdate, nextUpdate } = parts;
  // byKey is SHA-1 of the key whatever hash the CertID uses (ORSP-07).
  const { issuerKeyHash } = requireHashes(issuers, issuer, 'SHA-1');
  const extensions = responseExtensions(question, standings);
  return {
    responderId: { by: 'key', keyHash: issuerKeyHash },
    producedAt: thisUpdate,
    responses: question.items.map((item, index) => ({
      certIdDer: certIdOf(issuers, issuer, item),
      certStatus: certStatusOf(standings[index]),
      thisUpdate,
      nextUpdate,
    })),
    ...(extensions.length === 0 ? {} : { extensions }),
  };
}

/** Our own CertID in the spelling of the question, so that it comes back as it was asked (OREQ-11). */
function certIdOf(issuers: IssuerRegistry, issuer: Issuer, item: OcspQuestionItem): Uint8Array {
  return encodeCertId({
    hash: item.form.hash,
    parameters: item.form.parameters,
    ...requireHashes(issuers, issuer, item.form.hash),
    serialNumber: serialNumberFromBytes(item.serialNumber),
  });
}

function certStatusOf(standing: CertificateStanding | undefined): CertStatus {
  switch (standing?.kind) {
    case 'known':
      return knownStatus(standing.status);
    case 'unassigned':
      return standing.as === 'unknown' ? { status: 'unknown' } : neverIssued;
    default:
      throw new LancreError('internal', 'an OCSP answer without a standing to say');
  }
}

function knownStatus(status: Extract<CertificateStanding, { kind: 'known' }>['status']): CertStatus {
  if (status.kind === 'assigned') return { status: 'good' };
  const { revocationTime, reason } = status;
  return { status: 'revoked', revocationTime, ...(reason === undefined ? {} : { reason }) };
}

function responseExtensions(
  question: OcspQuestion,
  standings: readonly CertificateStanding[],
): NonNullable<ResponseDataInput['extensions']> {
  const nonce = question.nonce === undefined ? [] : [encodeNonce(question.nonce)];
  // It says of this responder that "revoked" may mean "never issued", so it goes where that is said (OREQ-17).
  return standings.some(saysExtendedRevoke) ? [...nonce, encodeExtendedRevoke()] : nonce;
}

function saysExtendedRevoke(standing: CertificateStanding): boolean {
  return standing.kind === 'unassigned' && standing.as === 'extended-revoke';
}

function requireHashes(
  issuers: IssuerRegistry,
  issuer: Issuer,
  hash: OcspQuestionItem['form']['hash'],
): { readonly issuerNameHash: Uint8Array; readonly issuerKeyHash: Uint8Array } {
  const hashes = issuers.certIdHashesOf(issuer.id, hash);
  if (hashes === undefined) throw new LancreError('internal', `no ${hash} hashes of issuer ${issuer.name}`);
  return hashes;
}

/** RFC 6960 2.2: the date and reason that say "was never issued". */
const neverIssued: CertStatus = { status: 'revoked', revocationTime: new Date(0), reason: 'certificateHold' };
