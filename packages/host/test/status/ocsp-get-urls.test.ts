import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hashIssuer, type IssuerHashes } from '@lancre/pki/crypto';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { decodeOcspRequest, encodeCertId, encodeOcspRequest, type HashName } from '@lancre/pki/ocsp';
import fc from 'fast-check';
import { splitTarget } from '#host/http/edge-request.js';
import { decodeOcspGetPath } from '#host/http/ocsp-get-path.js';
import { readOcspRequest } from '#host/http/ocsp-question.js';
import { createRouter } from '#host/http/route.js';
import { certIdHashes } from '#host/issuer/issuer-registry.js';
import type { PublicAddress } from '#host/issuer/public-address.js';
import { ocspGetUrls } from '#host/status/ocsp-get-urls.js';
import { createTestIssuer } from '../http/fixture.js';

const { issuer, registry } = await createTestIssuer();
const issuerHashes = await hashesOf(certIdHashes);
const addresses: readonly PublicAddress[] = [
  { routing: 'path', base: 'http://pki.corp:8080' },
  { routing: 'host', zone: 'example.net' },
];
const serials = fc.uint8Array({ minLength: 1, maxLength: 20 }).filter(([first]) => first !== 0);

describe('the URLs of an OCSP GET', () => {
  it('T-46: the host reads every one as a question for the certificate, in all forms of CertID', () => {
    fc.assert(
      fc.property(serials, fc.constantFrom(...addresses), (serialNumber, address) => {
        const forms = new Set<string>();
        for (const url of ocspGetUrls({ address, issuerName: issuer.name, issuerHashes, serialNumber })) {
          const reading = readOcspRequest(requestOf(address, url), registry);
          assert.ok(reading.kind === 'question', url);
          assert.equal(reading.question.items.length, 1);
          const [item] = reading.question.items;
          assert.deepEqual(Buffer.from(item?.serialNumber ?? []), Buffer.from(serialNumber));
          forms.add(`${item?.form.hash} ${item?.form.parameters}`);
        }
        const expected = certIdHashes.flatMap((hash) => [`${hash} null`, `${hash} absent`]);
        assert.deepEqual([...forms].sort(), expected.sort());
      }),
      { numRuns: 30 },
    );
  });

  it('T-46: what known clients make of a request is among them, with one slash and with two', () => {
    fc.assert(
      fc.property(serials, fc.constantFrom(...addresses), (serialNumber, address) => {
        const urls = new Set(ocspGetUrls({ address, issuerName: issuer.name, issuerHashes, serialNumber }));
        const base = address.routing === 'path' ? 'http://pki.corp:8080/o' : 'http://e1.o.example.net';
        for (const spelling of spellingsOf(serialNumber)) {
          assert.ok(urls.has(`${base}/${spelling}`), spelling);
          assert.ok(urls.has(`${base}//${spelling}`), `/${spelling}`);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('T-46, OREQ-10: SHA-1 is also asked for with its version written out', () => {
    const [address] = addresses;
    assert.ok(address);
    const serialNumber = Uint8Array.of(0x0b);
    const urls = ocspGetUrls({ address, issuerName: issuer.name, issuerHashes, serialNumber });
    // Two heads of two octets, then a0 03 02 01 00.
    const withVersion = urls.filter((url) => /\/o\/+ME.w..ADAgEA/.test(url));
    assert.notEqual(withVersion.length, 0);
    for (const url of withVersion) {
      const request = decodeOcspRequest(requestOf(address, url));
      assert.equal(request.requests[0]?.certId.hash, 'SHA-1');
    }
  });

  it('each is there once, and there are 270 at most', () => {
    for (const address of addresses) {
      for (const length of [1, 9, 16, 20]) {
        const serialNumber = new Uint8Array(length).fill(0x7f);
        const urls = ocspGetUrls({ address, issuerName: issuer.name, issuerHashes, serialNumber });
        assert.equal(new Set(urls).size, urls.length);
        assert.ok(urls.length <= 270 && urls.length > 50, String(urls.length));
      }
    }
  });

  it('one hash gives the URLs of that hash alone', async () => {
    const [address] = addresses;
    assert.ok(address);
    const only = await hashesOf(['SHA-256']);
    const serialNumber = Uint8Array.of(0x0b);
    for (const url of ocspGetUrls({ address, issuerName: issuer.name, issuerHashes: only, serialNumber })) {
      assert.equal(decodeOcspRequest(requestOf(address, url)).requests[0]?.certId.hash, 'SHA-256');
    }
  });
});

/** The way of a GET through the host, to the DER. */
function requestOf(address: PublicAddress, url: string): Uint8Array {
  const target = splitTarget(url);
  assert.ok(target, url);
  const route = createRouter(address)(target.host, target.path);
  assert.ok(route.service === 'ocsp', url);
  const der = decodeOcspGetPath(route.encoded);
  assert.ok(der, url);
  return der;
}

function base64Of(serialNumber: Uint8Array, hash: HashName, parameters: 'null' | 'absent'): string {
  const hashes = issuerHashes.get(hash);
  assert.ok(hashes);
  const serial = Buffer.from(serialNumber).toString('hex');
  const certId = encodeCertId({ hash, parameters, ...hashes, serialNumber: serial });
  return Buffer.from(encodeOcspRequest({ certIds: [certId] })).toString('base64');
}

function spellingsOf(serialNumber: Uint8Array): readonly string[] {
  return certIdHashes.flatMap((hash) =>
    (['null', 'absent'] as const).flatMap((parameters) =>
      clientSpellings(base64Of(serialNumber, hash, parameters)),
    ),
  );
}

function clientSpellings(base64: string): readonly string[] {
  const whole = encodeURIComponent(base64);
  return [
    base64,
    whole,
    whole.replace(/%../g, (digits) => digits.toLowerCase()),
    // Path encoders, each with an opinion of its own of what a segment may hold.
    base64.replaceAll('/', '%2F'),
    base64.replaceAll('=', '%3D'),
    base64.replaceAll('=', '%3d'),
    base64.replaceAll('+', '%2B'),
    base64.replaceAll('+', '%2B').replaceAll('=', '%3D'),
    base64.replaceAll('+', '%2B').replaceAll('/', '%2F'),
    base64.replaceAll('+', '%2b').replaceAll('/', '%2f'),
  ];
}

async function hashesOf(hashes: readonly HashName[]): Promise<ReadonlyMap<HashName, IssuerHashes>> {
  const crypto = createNodeCrypto();
  const found = new Map<HashName, IssuerHashes>();
  for (const hash of hashes) found.set(hash, await hashIssuer(crypto, hash, issuer.certificates[0]));
  return found;
}
