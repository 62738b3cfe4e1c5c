import {
  type CertStatus,
  encodeArchiveCutoff,
  encodeCertId,
  encodeCrlId,
  encodeExtendedRevoke,
  encodeInvalidityDate,
  encodeNonce,
  type ResponseDataInput,
} from '@lancre/pki/ocsp';
import { serialNumberFromBytes } from '@lancre/pki/text';
import { LancreError } from '../errors/lancre-error.ts';
import type { Issuer } from '../issuer/issuer.ts';
import type { IssuerRegistry } from '../issuer/issuer-registry.ts';
import { crlUrl, type PublicAddress } from '../issuer/public-address.ts';
import type { CertificateStanding } from './certificate-standing.ts';
import type { OcspQuestion, OcspQuestionItem } from './ocsp-source.ts';
import type { OcspResponder } from './responder.ts';

/** What the signed part of an answer is made of. */
export interface ResponseDataParts {
  readonly issuer: Issuer;
  readonly issuers: IssuerRegistry;
  readonly question: OcspQuestion;
  /** One for each item of the question, none of them refused. */
  readonly standings: readonly CertificateStanding[];
  /** Who is going to sign. */
  readonly responder: Pick<OcspResponder, 'responderId'>;
  /** Where the CRLs are that answers name. */
  readonly address: PublicAddress;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
}

/** Builds ResponseData (RFC 6960 4.2.1), with no octet more than is needed. */
export function buildResponseData(parts: ResponseDataParts): ResponseDataInput {
  const { issuer, issuers, question, standings, responder, thisUpdate, nextUpdate } = parts;
  const extensions = responseExtensions(question, standings);
  return {
    responderId: responder.responderId,
    producedAt: thisUpdate,
    responses: question.items.map((item, index) => {
      const singleExtensions = singleExtensionsOf(parts, standings[index]);
      return {
        certIdDer: certIdOf(issuers, issuer, item),
        certStatus: certStatusOf(standings[index]),
        thisUpdate,
        nextUpdate,
        ...(singleExtensions.length === 0 ? {} : { extensions: singleExtensions }),
      };
    }),
    ...(extensions.length === 0 ? {} : { extensions }),
  };
}

/**
 * Our own CertID in the spelling of the question, so that it comes back as it was asked (OREQ-11). It ends
 * in its serial number: all of one issuer and form with serial numbers of one length are alike up to there.
 */
function certIdOf(issuers: IssuerRegistry, issuer: Issuer, item: OcspQuestionItem): Uint8Array {
  const { form, serialNumber } = item;
  const hasTopBit = (serialNumber[0] ?? 0) >= 0x80;
  const name = `${issuer.id}/${form.hash}/${form.parameters}/${serialNumber.length}/${hasTopBit}`;
  const known = certIdsOf(issuers);
  const like = known.get(name) ?? encodeOwnCertId(issuers, issuer, item);
  known.set(name, like);
  const der = like.slice();
  der.set(serialNumber, der.length - serialNumber.length);
  return der;
}

function encodeOwnCertId(issuers: IssuerRegistry, issuer: Issuer, item: OcspQuestionItem): Uint8Array {
  const { hash, parameters } = item.form;
  const serialNumber = serialNumberFromBytes(item.serialNumber);
  return encodeCertId({ hash, parameters, ...requireHashes(issuers, issuer, hash), serialNumber });
}

/** One encoded CertID of each kind, for the registry that its hashes came from. */
function certIdsOf(issuers: IssuerRegistry): Map<string, Uint8Array> {
  const known = ownCertIds.get(issuers) ?? new Map<string, Uint8Array>();
  ownCertIds.set(issuers, known);
  return known;
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

/** Each only where the issuer's settings ask for it; none of them for a serial that was never assigned (OREQ-17). */
function singleExtensionsOf(
  { issuer, address, thisUpdate }: ResponseDataParts,
  standing: CertificateStanding | undefined,
): readonly Uint8Array[] {
  if (standing?.kind !== 'known') return [];
  const { retentionSeconds, crlId, invalidityDate } = issuer.policy.ocsp;
  const { status, shard } = standing;
  const extensions: Uint8Array[] = [];
  if (status.kind !== 'assigned' && crlId === 'include') {
    const listShard = issuer.policy.crl.full === 'publish' ? 0 : shard;
    extensions.push(encodeCrlId({ url: crlUrl(address, issuer.name, listShard) }));
  }
  // producedAt - retention (RFC 6960 4.4.4), and producedAt is thisUpdate here.
  if (retentionSeconds > 0)
    extensions.push(encodeArchiveCutoff(new Date(thisUpdate.getTime() - retentionSeconds * 1000)));
  if (status.kind !== 'assigned' && status.invalidityDate !== undefined && invalidityDate === 'include')
    extensions.push(encodeInvalidityDate(status.invalidityDate));
  return extensions;
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

const ownCertIds = new WeakMap<IssuerRegistry, Map<string, Uint8Array>>();

/** RFC 6960 2.2: the date and reason that say "was never issued". */
const neverIssued: CertStatus = { status: 'revoked', revocationTime: new Date(0), reason: 'certificateHold' };
