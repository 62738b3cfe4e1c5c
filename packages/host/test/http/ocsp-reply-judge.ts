import assert from 'node:assert/strict';
import { verify } from 'node:crypto';
import { type Certificate, EXTENSION_OIDS } from '@lancre/pki/certificate';
import { equalBytes } from '@lancre/pki/der';
import {
  type BasicOcspResponse,
  type CertId,
  type CertStatus,
  decodeOcspRequest,
  decodeOcspResponse,
  type OcspRequest,
  type OcspResponse,
  type SingleResponse,
} from '@lancre/pki/ocsp';
import { CERT_ID_HASHES, sampleHashes } from './ocsp-request-samples.js';
import type { WireReply } from './pipelined-connection.js';
import { EDGE_ISSUERS, type EdgeIssuer } from './signing-edge.js';

/** What a reply was. */
export type ReplyKind = OcspResponse['status'] | 'text' | 'not-modified' | 'head';

/**
 * Judges what the signing edge replies, by what is known of its issuers and not by its code. Throws
 * at a reply that should not have been given.
 */
export class OcspReplyJudge {
  readonly #issuers = new Map<string, KnownIssuer>();
  /** Answers by their octets: most come many times, and a signature costs more than all else. */
  readonly #decoded = new Map<string, OcspResponse>();

  /** @param certificates in the order of {@link EDGE_ISSUERS} */
  constructor(certificates: readonly Certificate[]) {
    for (const [index, certificate] of certificates.entries()) {
      const facts = EDGE_ISSUERS[index];
      if (facts === undefined) continue;
      for (const hash of CERT_ID_HASHES) {
        const { issuerNameHash, issuerKeyHash } = sampleHashes(certificate, hash);
        this.#issuers.set(keyOf(hash, issuerNameHash, issuerKeyHash), { certificate, facts });
      }
    }
  }

  /** @param asked what the request held, as far as anybody could read it */
  judge(reply: WireReply, method: string, asked: Uint8Array): ReplyKind {
    assert.ok(reply.status >= 200, 'no status');
    if (method === 'HEAD') {
      assert.equal(reply.body.length, 0);
      assert.ok(reply.status < 500 || reply.status === STATUS_OF.tryLater);
      return 'head';
    }
    if (!/\r\nContent-Type: application\/ocsp-response(?:\r\n|$)/i.test(reply.head)) return judgeText(reply);
    const response = this.#decode(reply.body);
    assert.equal(reply.status, STATUS_OF[response.status], `HTTP status of ${response.status}`);
    if (response.status === 'successful') this.#judgeAnswer(response.basic, asked);
    return response.status;
  }

  #judgeAnswer(basic: BasicOcspResponse, asked: Uint8Array): void {
    const request = decodeOcspRequest(asked);
    assert.ok(!hasUnknownCritical(request), 'a critical extension was passed over');
    assert.equal(basic.responses.length, request.requests.length, 'one answer for each question');
    for (const [index, { certId }] of request.requests.entries()) {
      const single = basic.responses[index];
      assert.ok(single !== undefined && equalBytes(single.certId.der, certId.der), 'another CertID');
      assert.deepEqual(single.certStatus, expectedStatus(this.#issuerOf(certId).facts, certId));
    }
    const [first] = request.requests;
    assert.ok(first);
    const echoes = this.#issuerOf(first.certId).facts.ocsp.nonce === 'echo';
    assert.equal(hexOf(basic.nonce), echoes ? hexOf(request.nonce) : undefined, 'another nonce');
  }

  /** Decodes an answer and, the first time, checks all that does not depend on the question. */
  #decode(body: Buffer): OcspResponse {
    const text = body.toString('latin1');
    const known = this.#decoded.get(text);
    if (known !== undefined) return known;
    const response = decodeOcspResponse(Buffer.from(body));
    if (response.status === 'successful') this.#checkAnswer(response.basic);
    if (this.#decoded.size > MOST_DECODED) this.#decoded.clear();
    this.#decoded.set(text, response);
    return response;
  }

  #checkAnswer(basic: BasicOcspResponse): void {
    const issuers = basic.responses.map((single: SingleResponse) => this.#issuerOf(single.certId));
    const [issuer] = issuers;
    assert.ok(
      issuer !== undefined && issuers.every((each) => each === issuer || each.facts === issuer.facts),
    );
    const key = {
      key: Buffer.from(issuer.certificate.subjectPublicKeyInfo.der),
      format: 'der',
      type: 'spki',
    } as const;
    assert.ok(verify('sha256', basic.tbsDer, key, basic.signature), 'the signature is not the issuer’s');
    for (const { thisUpdate, nextUpdate } of basic.responses) {
      assert.ok(thisUpdate <= basic.producedAt && nextUpdate !== undefined && basic.producedAt < nextUpdate);
    }
  }

  #issuerOf({ hash, issuerNameHash, issuerKeyHash }: CertId): KnownIssuer {
    const issuer = this.#issuers.get(keyOf(hash ?? '', issuerNameHash, issuerKeyHash));
    assert.ok(issuer, 'an answer for an issuer that is not ours');
    return issuer;
  }
}

interface KnownIssuer {
  readonly certificate: Certificate;
  readonly facts: EdgeIssuer;
}

/** An error page, a page, or a 304: never DER, and no word about our insides. */
function judgeText(reply: WireReply): ReplyKind {
  if (reply.status === 304) return 'not-modified';
  const text = reply.body.toString('latin1').replace(/^0\r\n\r\n$/, '');
  assert.doesNotMatch(text, /\bat \S+:\d+|Error\b|node:|\.js\b|\.ts\b/, 'a stack trace');
  assert.ok(!text.startsWith('0'), 'DER that does not say what it is');
  if (reply.status === 200) assert.match(text, /^This (?:is an OCSP responder|host answers)/);
  // Bun says of every request line that it cannot read that its version is not supported.
  else
    assert.ok((reply.status >= 400 && reply.status < 500) || reply.status === 505, `status ${reply.status}`);
  return 'text';
}

/** What the records say; of a serial that has none, what the issuer's policy says, and never good. */
function expectedStatus({ statuses, ocsp }: EdgeIssuer, { serialNumber }: CertId): CertStatus {
  const status = statuses[serialNumber];
  if (status === undefined) {
    assert.ok(ocsp.unknownSerial === 'unknown' || ocsp.unknownSerial === 'extended-revoke', 'never assigned');
    return ocsp.unknownSerial === 'unknown'
      ? { status: 'unknown' }
      : { status: 'revoked', revocationTime: new Date(0), reason: 'certificateHold' };
  }
  if (status.kind === 'assigned') return { status: 'good' };
  const { revocationTime, reason } = status;
  return { status: 'revoked', revocationTime, reason };
}

function hasUnknownCritical({ extensions, requests }: OcspRequest): boolean {
  return [...extensions, ...requests.flatMap((each) => each.extensions)].some(
    ({ critical, oid }) => critical && !KNOWN_EXTENSIONS.includes(oid),
  );
}

function hexOf(octets: Uint8Array | undefined): string | undefined {
  return octets && Buffer.from(octets).toString('hex');
}

function keyOf(hash: string, name: Uint8Array, key: Uint8Array): string {
  return [hash, Buffer.from(name).toString('latin1'), Buffer.from(key).toString('latin1')].join('/');
}

/** Nonce, acceptable responses, preferred signature algorithms (RFC 6960 4.4). */
const KNOWN_EXTENSIONS: readonly string[] = [
  EXTENSION_OIDS.ocspNonce,
  '1.3.6.1.5.5.7.48.1.4',
  '1.3.6.1.5.5.7.48.1.8',
];

/** ORSP-41. An internalError is never right. */
const STATUS_OF: Readonly<Record<OcspResponse['status'], number>> = {
  successful: 200,
  malformedRequest: 400,
  tryLater: 503,
  unauthorized: 200,
  sigRequired: 0,
  internalError: 0,
};
const MOST_DECODED = 5000;
