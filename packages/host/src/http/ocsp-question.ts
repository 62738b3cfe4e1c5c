import { EXTENSION_OIDS } from '@lancre/pki/certificate';
import { type SignatureAlgorithmName, signatureAlgorithmOf } from '@lancre/pki/crypto';
import { PkiError } from '@lancre/pki/errors';
import {
  decodeOcspRequest,
  type OcspRequest,
  type OcspSingleRequest,
  preferredSignatureAlgorithmsOf,
} from '@lancre/pki/ocsp';
import { serialNumberToBytes } from '@lancre/pki/text';
import type { Issuer } from '../issuer/issuer.ts';
import type { IssuerRegistry } from '../issuer/issuer-registry.ts';
import { responderAlgorithmsOf } from '../issuer/responder-algorithms.ts';
import type { OcspQuestion, OcspQuestionItem } from '../status/ocsp-source.ts';

/** What an OCSPRequest asks of us, or why we do not answer it. */
export type OcspReading =
  | {
      readonly kind: 'question';
      readonly question: OcspQuestion;
      readonly facts: OcspFacts;
      readonly issuer: Issuer;
      readonly request: OcspRequest;
    }
  | { readonly kind: 'malformed'; readonly facts: OcspFacts }
  | { readonly kind: 'unauthorized'; readonly facts: OcspFacts };

/** What the counters say of a request (OREQ-39). Nothing in it tells who asked about what. */
export interface OcspFacts {
  /** Of the first item. `none` = not decoded, `other` = not one of the four that are answered. */
  readonly hash: 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512' | 'other' | 'none';
  readonly nonce: 'absent' | 'present';
}

/**
 * Reads an OCSPRequest: decodes it strictly (OREQ-09) and finds the issuer by its CertIDs (OREQ-13,
 * OREQ-14, OREQ-40).
 *
 * - Not answered (`malformed`): bad DER, more than 16 items, a critical extension that is not known
 *   here (OREQ-21), a nonce of 0 or more than 128 octets (OREQ-25).
 * - Not ours (`unauthorized`): an issuer or a hash that is not known, items of several issuers, a
 *   serial number that no certificate can have (OREQ-15).
 * - Passed over: requestorName (OREQ-23), the signature (OREQ-24), extensions that are not critical
 *   (OREQ-20, OREQ-22) and, where the issuer's policy is not to echo them, nonces (OREQ-27).
 */
export function readOcspRequest(der: Uint8Array, registry: IssuerRegistry): OcspReading {
  const request = tryDecode(der);
  if (request === undefined) return { kind: 'malformed', facts: NOTHING_READ };
  const facts: OcspFacts = {
    hash: request.requests[0]?.certId.hash ?? 'other',
    nonce: request.nonceForm === 'absent' ? 'absent' : 'present',
  };
  if (hasUnknownCritical(request)) return { kind: 'malformed', facts };
  const issuer = commonIssuer(request.requests, registry);
  if (issuer === undefined) return { kind: 'unauthorized', facts };
  const items: OcspQuestionItem[] = [];
  for (const { certId } of request.requests) {
    const item = itemOf(certId);
    if (item === undefined) return { kind: 'unauthorized', facts };
    items.push(item);
  }
  const nonce = issuer.policy.ocsp.nonce === 'echo' ? request.nonce : undefined;
  const algorithm = preferredAlgorithm(request, issuer);
  return {
    kind: 'question',
    question: {
      issuerId: issuer.id,
      items,
      ...(nonce === undefined ? {} : { nonce }),
      ...(algorithm === undefined ? {} : { algorithm }),
    },
    facts,
    issuer,
    request,
  };
}

/**
 * The first of the client's wishes that a responder of this issuer can fulfil (RFC 6960 4.4.7.2.1, OREQ-31).
 * What is not in their list, such as SHA-1, is never signed with, whatever is asked for (OREQ-32).
 *
 * @returns undefined when that is what is signed with anyway, so that all who want it share an answer
 */
function preferredAlgorithm(request: OcspRequest, issuer: Issuer): SignatureAlgorithmName | undefined {
  const able = responderAlgorithmsOf(issuer);
  if (able.length < 2) return undefined;
  for (const { signature } of readWishes(request)) {
    const name = signatureAlgorithmOf(signature)?.name;
    if (name !== undefined && able.includes(name)) return name === able[0] ? undefined : name;
  }
  return undefined;
}

/** A wish that cannot be read is none: the extension asks for a favour. */
function readWishes(request: OcspRequest): ReturnType<typeof preferredSignatureAlgorithmsOf> {
  try {
    return preferredSignatureAlgorithmsOf(request);
  } catch (error) {
    if (error instanceof PkiError) return [];
    throw error;
  }
}

function tryDecode(der: Uint8Array): OcspRequest | undefined {
  try {
    return decodeOcspRequest(der);
  } catch (error) {
    if (error instanceof PkiError) return undefined;
    throw error;
  }
}

function commonIssuer(requests: readonly OcspSingleRequest[], registry: IssuerRegistry): Issuer | undefined {
  let common: Issuer | undefined;
  for (const { certId } of requests) {
    if (certId.hash === undefined) return undefined;
    const issuer = registry.byCertId(certId.hash, certId.issuerNameHash, certId.issuerKeyHash);
    if (issuer === undefined || (common !== undefined && common.id !== issuer.id)) return undefined;
    common = issuer;
  }
  return common;
}

function itemOf(certId: OcspSingleRequest['certId']): OcspQuestionItem | undefined {
  // RFC 5280 4.1.2.2: positive. A negative one must not be looked up as its magnitude (OREQ-15).
  if (certId.hash === undefined || certId.serialNumber.startsWith('-') || certId.serialNumber === '00') {
    return undefined;
  }
  const parameters = certId.parameters === 'null' ? 'null' : 'absent';
  return { form: { hash: certId.hash, parameters }, serialNumber: serialNumberToBytes(certId.serialNumber) };
}

function hasUnknownCritical(request: OcspRequest): boolean {
  const extensions = [...request.extensions, ...request.requests.flatMap((item) => item.extensions)];
  return extensions.some(({ critical, oid }) => critical && !KNOWN_EXTENSIONS.has(oid));
}

const NOTHING_READ: OcspFacts = { hash: 'none', nonce: 'absent' };

/** RFC 6960 4.4: nonce, acceptable responses, preferred signature algorithms. */
const KNOWN_EXTENSIONS: ReadonlySet<string> = new Set([
  EXTENSION_OIDS.ocspNonce,
  EXTENSION_OIDS.ocspAcceptableResponses,
  EXTENSION_OIDS.ocspPreferredSignatureAlgorithms,
]);
