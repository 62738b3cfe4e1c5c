import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { type Certificate, EXTENSION_OIDS, encodeExtension } from '@lancre/pki/certificate';
import { encodeDer } from '@lancre/pki/der';
import {
  type BasicOcspResponse,
  decodeOcspRequest,
  decodeOcspResponse,
  encodeCertId,
  encodeOcspRequest,
} from '@lancre/pki/ocsp';
import { childrenOf, type DerNode, encodeDerTree, parseDerTree } from './der-tree.js';
import { OcspReplyJudge } from './ocsp-reply-judge.js';
import { CERT_ID_HASHES, sampleCertId, sampleHashes, sampleRequest } from './ocsp-request-samples.js';
import { spellAsGet, spellAsPost } from './ocsp-spellings.js';
import { converse } from './pipelined-connection.js';
import { SERIAL_OF_SLASHES, type SigningEdge, startSigningEdge } from './signing-edge.js';

/** Every answer is judged: signature, CertIDs, statuses, nonce (ocsp-reply-judge.ts). */
describe('an edge that answers for several issuers, over sockets', () => {
  let edge: SigningEdge;
  let judge: OcspReplyJudge;
  let [twin, otherTwin, rsa]: readonly Certificate[] = [];
  before(async () => {
    edge = await startSigningEdge(() => new Date());
    [twin, otherTwin, rsa] = edge.issuers.map(({ certificate }) => certificate);
    judge = new OcspReplyJudge(edge.issuers.map(({ certificate }) => certificate));
  });
  after(() => edge.server.close());

  const ask = async (der: Uint8Array, { octets, method } = spellAsPost(der)) => {
    const [reply] = await converse(edge.server.address, octets, [method], 'end-last');
    assert.ok(reply);
    const kind = judge.judge(reply, method, der);
    return kind === 'successful' ? basicOf(reply.body) : kind;
  };
  const answerTo = async (der: Uint8Array): Promise<BasicOcspResponse> => {
    const answer = await ask(der);
    assert.ok(typeof answer === 'object', `it was ${String(answer)}`);
    return answer;
  };
  const statusesOf = async (der: Uint8Array) =>
    (await answerTo(der)).responses.map(({ certStatus }) => certStatus.status);

  it('T-07, OREQ-40: the same serial under two issuers of the same name has the status of each', async () => {
    assert.deepEqual(twin?.subject.der, otherTwin?.subject.der);
    assert.deepEqual(await statusesOf(sampleRequest({ issuer: need(twin), serial: '0b' })), ['good']);
    assert.deepEqual(await statusesOf(sampleRequest({ issuer: need(otherTwin), serial: '0b' })), ['revoked']);
    assert.deepEqual(await statusesOf(sampleRequest({ issuer: need(rsa), serial: '0b' })), ['good']);
  });

  it('OREQ-14: the key of one issuer with the name of another of ours is unauthorized', async () => {
    const { issuerNameHash } = sampleHashes(need(rsa), 'SHA-1');
    const { issuerKeyHash } = sampleHashes(need(twin), 'SHA-1');
    const certId = encodeCertId({ hash: 'SHA-1', issuerNameHash, issuerKeyHash, serialNumber: '0b' });
    assert.equal(await ask(encodeOcspRequest({ certIds: [certId] })), 'unauthorized');
  });

  it('OREQ-14: a question under the cross-sign is the question under the self-signed certificate', async () => {
    const [own, cross] = edge.issuers[0]?.issuer.certificates ?? [];
    assert.notDeepEqual(own?.der, cross?.der);
    const question = sampleRequest({ issuer: need(own), serial: '0b' });
    assert.deepEqual(sampleRequest({ issuer: need(cross), serial: '0b' }), question);
    assert.deepEqual(await statusesOf(question), ['good']);
  });

  it('OREQ-11, OREQ-12, T-24: each hash comes back, with NULL and without parameters, as it was asked', async () => {
    for (const issuer of [need(twin), need(rsa)]) {
      for (const hash of CERT_ID_HASHES) {
        for (const parameters of ['null', 'absent'] as const) {
          const item = { issuer, serial: '0b', hash, parameters };
          const { responses } = await answerTo(sampleRequest(item));
          assert.deepEqual(
            responses.map(({ certId }) => Buffer.from(certId.der)),
            [Buffer.from(sampleCertId(item))],
          );
        }
      }
    }
  });

  it('T-43: a question has one SingleResponse, with its own hash and no other beside it', async () => {
    for (const hash of CERT_ID_HASHES) {
      const { responses } = await answerTo(sampleRequest({ issuer: need(twin), serial: '0c', hash }));
      assert.deepEqual(
        responses.map(({ certId }) => certId.hash),
        [hash],
      );
    }
  });

  it('OREQ-18: certificates asked together are answered in one response, in order, also twice the same', async () => {
    const certIds = ['0c', '0b', '0c'].map((serial, index) =>
      sampleCertId({
        issuer: need(twin),
        serial,
        hash: CERT_ID_HASHES[index] ?? 'SHA-1',
        parameters: 'absent',
      }),
    );
    assert.deepEqual(await statusesOf(encodeOcspRequest({ certIds })), ['revoked', 'good', 'revoked']);
  });

  it('OREQ-18: certificates of two issuers in one request are unauthorized together', async () => {
    const certIds = [need(twin), need(otherTwin)].map((issuer) =>
      sampleCertId({ issuer, serial: '0b', hash: 'SHA-1', parameters: 'null' }),
    );
    assert.equal(await ask(encodeOcspRequest({ certIds })), 'unauthorized');
  });

  it('OREQ-16, OREQ-17: a serial that was never assigned is what the policy of its issuer says, never good', async () => {
    assert.equal(await ask(sampleRequest({ issuer: need(twin), serial: '7777' })), 'unauthorized');
    assert.deepEqual(await statusesOf(sampleRequest({ issuer: need(otherTwin), serial: '7777' })), [
      'unknown',
    ]);
    const revoked = await answerTo(sampleRequest({ issuer: need(rsa), serial: '7777' }));
    assert.deepEqual(revoked.responses[0]?.certStatus, {
      status: 'revoked',
      revocationTime: new Date(0),
      reason: 'certificateHold',
    });
  });

  it('OREQ-25, OREQ-26: nonces of 1 to 128 octets are echoed where the policy says so, others are malformed', async () => {
    const certIds = [
      sampleCertId({ issuer: need(otherTwin), serial: '0d', hash: 'SHA-256', parameters: 'null' }),
    ];
    for (const length of [1, 15, 16, 32, 33, 128]) {
      const nonce = randomBytes(length);
      const { nonce: echoed } = await answerTo(encodeOcspRequest({ certIds, nonce }));
      assert.equal(Buffer.from(echoed ?? []).toString('hex'), nonce.toString('hex'));
    }
    assert.equal(await ask(encodeOcspRequest({ certIds, nonce: new Uint8Array(129) })), 'malformedRequest');
    assert.equal(await ask(encodeOcspRequest({ certIds, nonce: new Uint8Array() })), 'malformedRequest');
  });

  it('OREQ-28: a nonce that is not wrapped is passed over', async () => {
    const nonce = encodeExtension(EXTENSION_OIDS.ocspNonce, 'non-critical', Buffer.alloc(16, 0x55));
    const { nonceForm } = await answerTo(
      extended(sampleRequest({ issuer: need(otherTwin), serial: '0d' }), [nonce]),
    );
    assert.equal(nonceForm, 'absent');
  });

  it('OREQ-30: acceptableResponses without id-pkix-ocsp-basic, critical or not, still gets a basic response', async () => {
    const plain = sampleRequest({ issuer: need(twin), serial: '0b' });
    for (const types of [['1.2.3.4'], ['1.2.3.4', BASIC], [BASIC], []]) {
      const value = encodeDer((writer) =>
        writer.sequence((list) => {
          for (const type of types) list.oid(type);
        }),
      );
      for (const criticality of ['critical', 'non-critical'] as const) {
        const extension = encodeExtension('1.3.6.1.5.5.7.48.1.4', criticality, value);
        // decodeOcspResponse knows no other type than basic.
        assert.equal((await answerTo(extended(plain, [extension]))).responses.length, 1);
      }
    }
  });

  it('OREQ-22: of singleRequestExtensions a critical one is malformed, another is passed over', async () => {
    const locator = (criticality: 'critical' | 'non-critical') =>
      encodeExtension('1.3.6.1.5.5.7.48.1.7', criticality, Uint8Array.of(0x30, 0));
    const plain = sampleRequest({ issuer: need(twin), serial: '0b' });
    const { responses } = await answerTo(withItemExtension(plain, locator('non-critical')));
    assert.deepEqual(responses[0]?.extensions, []);
    assert.equal(await ask(withItemExtension(plain, locator('critical'))), 'malformedRequest');
  });

  it('OREQ-23, OREQ-24: a requestorName and a signature that nobody checks change nothing', async () => {
    const plain = sampleRequest({ issuer: need(twin), serial: '0b' });
    const expected = await answerTo(plain);
    assert.deepEqual(await answerTo(withRequestorName(plain)), expected);
    assert.deepEqual(await answerTo(withSignature(withRequestorName(plain))), expected);
    assert.deepEqual(await answerTo(withSignature(plain)), expected);
  });

  it('T-51: slashes in a row and capitals inside the base64 reach the decoder as they were sent', async () => {
    const der = sampleRequest({ issuer: need(twin), serial: SERIAL_OF_SLASHES, hash: 'SHA-256' });
    const base64 = Buffer.from(der).toString('base64');
    assert.match(base64, /\/{9}/);
    for (const path of [
      base64,
      `/${base64}`,
      base64.replaceAll('/', '%2f'),
      encodeURIComponent(encodeURIComponent(base64)),
    ]) {
      const answer = await ask(der, spellAsGet(path));
      assert.ok(typeof answer === 'object', path);
      assert.equal(answer.responses[0]?.certId.serialNumber, SERIAL_OF_SLASHES);
    }
    // Folded to lower case, or with its slashes run together, it is another text.
    for (const path of [base64.toLowerCase(), base64.replace(/\/+/g, '/')]) {
      assert.equal(await ask(der, spellAsGet(path)), 'malformedRequest');
    }
  });

  it('T-32: what linters blame in OCSP answers is not in ours', async () => {
    for (const issuer of [need(twin), need(rsa)]) {
      for (const serial of ['0b', '0c']) {
        const basic = await answerTo(sampleRequest({ issuer, serial }));
        assert.ok(basic.responderId.by === 'key');
        assert.equal(
          Buffer.from(basic.responderId.keyHash).toString('hex'),
          createHash('sha1').update(issuer.subjectPublicKeyInfo.publicKey).digest('hex'),
        );
        for (const { thisUpdate, nextUpdate, certStatus } of basic.responses) {
          assert.ok(thisUpdate <= basic.producedAt && nextUpdate !== undefined && thisUpdate < nextUpdate);
          if (certStatus.status !== 'revoked') continue;
          assert.ok(certStatus.revocationTime.getTime() > 0 && certStatus.revocationTime <= thisUpdate);
        }
        const algorithm = Buffer.from(basic.signatureAlgorithm.der).toString('hex');
        assert.equal(
          algorithm,
          issuer === rsa ? '300d06092a864886f70d01010b0500' : '300a06082a8648ce3d040302',
        );
      }
    }
  });

  it('T-32: an error is five octets with a status that exists, and nothing behind it', async () => {
    const unauthorized = sampleRequest({ issuer: need(twin), serial: '7777' });
    for (const [der, code] of [
      [unauthorized, 6],
      [Uint8Array.of(0x30, 0), 1],
    ] as const) {
      const { octets, method } = spellAsPost(der);
      const [reply] = await converse(edge.server.address, octets, [method], 'end-last');
      assert.deepEqual(reply?.body, Buffer.from([0x30, 3, 0x0a, 1, code]));
    }
  });
});

function basicOf(der: Uint8Array): BasicOcspResponse {
  const response = decodeOcspResponse(new Uint8Array(der));
  assert.ok(response.status === 'successful');
  return response.basic;
}

function need<T>(value: T | undefined): T {
  assert.ok(value !== undefined);
  return value;
}

/** The request with these requestExtensions. */
function extended(request: Uint8Array, extensions: readonly Uint8Array[]): Uint8Array {
  return changed(request, (tbs) => {
    childrenOf(tbs).push({ tag: 0xa2, content: [{ tag: 0x30, content: extensions.map(parseDerTree) }] });
  });
}

function withItemExtension(request: Uint8Array, extension: Uint8Array): Uint8Array {
  return changed(request, (tbs) => {
    const [item] = childrenOf(need(childrenOf(tbs)[0]));
    childrenOf(need(item)).push({ tag: 0xa0, content: [{ tag: 0x30, content: [parseDerTree(extension)] }] });
  });
}

function withRequestorName(request: Uint8Array): Uint8Array {
  const name = { tag: 0x82, content: Buffer.from('client.example') };
  return changed(request, (tbs) => void childrenOf(tbs).unshift({ tag: 0xa1, content: [name] }));
}

function withSignature(request: Uint8Array): Uint8Array {
  return changed(request, (_tbs, whole) => {
    const algorithm = parseDerTree(Buffer.from('300a06082a8648ce3d040302', 'hex'));
    const signature = { tag: 0x03, content: Buffer.alloc(71, 1).fill(0, 0, 1) };
    childrenOf(whole).push({ tag: 0xa0, content: [{ tag: 0x30, content: [algorithm, signature] }] });
  });
}

function changed(request: Uint8Array, change: (tbs: DerNode, whole: DerNode) => void): Uint8Array {
  const whole = parseDerTree(request);
  change(need(childrenOf(whole)[0]), whole);
  const der = encodeDerTree(whole);
  decodeOcspRequest(der);
  return der;
}

const BASIC = '1.3.6.1.5.5.7.48.1.1';
