import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type Certificate, decodeCertificates } from '@lancre/pki/certificate';
import { createNodeCrypto, createNodeSigner } from '@lancre/pki/crypto-node';
import { decodeOcspRequest, signOcspRequest } from '@lancre/pki/ocsp';
import { checkOcspRequestSignature } from '@lancre/pki/verify';
import { opensslIsMissing, openWorkshop } from '../support/openssl.ts';

const shop = openWorkshop();
const crypto = createNodeCrypto();
/** A little ahead: the certificates are made after this line. */
const now = new Date(Date.now() + 60_000);

/** A CA, a member with a certificate by it, a stranger with one of its own. */
function makePki(): void {
  const subject = (name: string) => [
    '-subj',
    `/CN=${name}`,
    '-nodes',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
  ];
  const selfSigned = (name: string) =>
    shop.openssl(
      'req',
      '-x509',
      ...subject(name),
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.pem`,
      '-days',
      '30',
    );
  selfSigned('ca');
  selfSigned('stranger');
  shop.openssl('req', ...subject('member'), '-keyout', 'member.key', '-out', 'member.csr');
  shop.openssl(
    'x509',
    '-req',
    '-in',
    'member.csr',
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-set_serial',
    '7',
    '-out',
    'member.pem',
    '-days',
    '20',
  );
}

function certificate(name: string): Certificate {
  const [first] = decodeCertificates(shop.read(`${name}.pem`));
  assert.ok(first);
  return first;
}

function requestBy(signer: string | undefined, ...more: readonly string[]) {
  const signing = signer === undefined ? [] : ['-signer', `${signer}.pem`, '-signkey', `${signer}.key`];
  shop.openssl(
    'ocsp',
    '-issuer',
    'ca.pem',
    '-cert',
    'member.pem',
    ...signing,
    ...more,
    '-reqout',
    'request.der',
  );
  return decodeOcspRequest(shop.read('request.der'));
}

async function verdictOn(
  request: ReturnType<typeof requestBy>,
  trusted: readonly string[],
  at = now,
): Promise<string> {
  const verdict = await checkOcspRequestSignature({ request, trusted: trusted.map(certificate), at, crypto });
  return verdict.kind === 'refused' ? verdict.reason : verdict.kind;
}

describe('signed requests of openssl ocsp', { skip: opensslIsMissing }, () => {
  before(makePki);

  test('OREQ-24: one by a certificate that a trusted CA issued counts', async () => {
    const request = requestBy('member');
    assert.equal(await verdictOn(request, ['ca']), 'trusted');
    assert.equal(await verdictOn(request, ['stranger', 'ca']), 'trusted');
  });

  test('OREQ-24: one by a certificate that is trusted itself counts, also when it is not sent along', async () => {
    assert.equal(await verdictOn(requestBy('member'), ['member']), 'trusted');
    assert.equal(await verdictOn(requestBy('member', '-no_certs'), ['member']), 'trusted');
  });

  test('one by anybody else does not', async () => {
    assert.equal(await verdictOn(requestBy('stranger'), ['ca']), 'signer_not_trusted');
    assert.equal(await verdictOn(requestBy('stranger', '-no_certs'), ['member']), 'signature_invalid');
  });

  test('one without a signature is told apart', async () => {
    assert.equal(await verdictOn(requestBy(undefined), ['ca']), 'unsigned');
  });

  test('one by a certificate that has ended does not count', async () => {
    const later = new Date(now.getTime() + 25 * 86_400_000);
    assert.equal(await verdictOn(requestBy('member'), ['ca'], later), 'signer_not_trusted');
  });

  test('one octet changed in what is signed, and it does not count', async () => {
    requestBy('member', '-no_nonce');
    const der = shop.read('request.der');
    const { tbsDer } = decodeOcspRequest(der);
    const changed = Uint8Array.from(der);
    // The last octet of tbsRequest is the last of the serial number.
    const place = tbsDer.byteOffset - der.byteOffset + tbsDer.length - 1;
    changed[place] = (changed[place] ?? 0) ^ 1;
    assert.equal(await verdictOn(decodeOcspRequest(changed), ['ca']), 'signature_invalid');
  });

  test('OREQ-24: openssl reads the requests that are signed here, and finds their signature right', async () => {
    const { requests } = requestBy(undefined);
    const der = await signOcspRequest({
      certIds: requests.map(({ certId }) => certId.der),
      requestorName: { type: 'directoryName', name: certificate('member').subject },
      signer: createNodeSigner({ pkcs8: new TextDecoder().decode(shop.read('member.key')) }),
      certificates: [certificate('member').der],
    });
    const request = decodeOcspRequest(der);
    assert.equal(await verdictOn(request, ['ca']), 'trusted');
    shop.write('signed.der', der);
    const printed = shop.openssl('ocsp', '-reqin', 'signed.der', '-req_text', '-resp_no_certs');
    assert.match(printed, /Requestor Name: DirName:CN = member/);
    assert.match(printed, /Signature Algorithm: ecdsa-with-SHA256/);
    assert.match(printed, /-----BEGIN CERTIFICATE-----/);
    assert.ok(request.signature);
    shop.write('tbs.der', request.tbsDer);
    shop.write('signature.der', request.signature.signature);
    shop.openssl('x509', '-in', 'member.pem', '-pubkey', '-noout', '-out', 'member.pub');
    const judged = shop.openssl(
      'dgst',
      '-sha256',
      '-verify',
      'member.pub',
      '-signature',
      'signature.der',
      'tbs.der',
    );
    assert.match(judged, /Verified OK/);
  });

  test('OREQ-24: a signer by RSA counts too, with certificates of others sent along', async () => {
    shop.openssl(
      'req',
      '-x509',
      '-subj',
      '/CN=rsa',
      '-nodes',
      '-newkey',
      'rsa:2048',
      '-days',
      '30',
      '-keyout',
      'rsa.key',
      '-out',
      'rsa.pem',
    );
    const request = requestBy('rsa', '-sign_other', 'stranger.pem');
    assert.equal(request.signature?.certificates.length, 2);
    assert.equal(await verdictOn(request, ['rsa']), 'trusted');
    assert.equal(await verdictOn(request, ['ca']), 'signer_not_trusted');
  });
});
