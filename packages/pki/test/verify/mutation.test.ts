import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import {
  type Certificate,
  decodeCertificate,
  EXTENDED_KEY_USAGE_OIDS,
  encodeExtendedKeyUsage,
  encodeOcspNoCheck,
} from '@lancre/pki/certificate';
import { decodeCrl, encodeCrlEntry } from '@lancre/pki/crl';
import { equalBytes } from '@lancre/pki/der';
import { PkiError } from '@lancre/pki/errors';
import { decodeOcspResponse } from '@lancre/pki/ocsp';
import { buildPaths, checkCrl, checkOcsp, checkPath, WorkBudget } from '@lancre/pki/verify';
import fc from 'fast-check';
import {
  AT,
  CRYPTO,
  make,
  makeCa,
  makeCrl,
  makeLeaf,
  makeOcsp,
  type Party,
  secondsFromNow,
} from './pki-maker.ts';

const RUNS = { numRuns: 1500 };

describe('evidence that was changed on the way', () => {
  let root: Party;
  let issuer: Party;
  let leaf: Party;

  before(async () => {
    root = await makeCa('Root X1');
    issuer = await makeCa('E1', { issuer: root });
    leaf = await makeLeaf(issuer);
  });

  test('a changed OCSP answer says nothing, unless what was signed is untouched', async () => {
    const extensions = [encodeExtendedKeyUsage([EXTENDED_KEY_USAGE_OIDS.ocspSigning]), encodeOcspNoCheck()];
    const signer = await make('OCSP of E1', { issuer, extensions });
    const revoked = { certStatus: { status: 'revoked', revocationTime: AT } } as const;
    const answers = [
      await makeOcsp(issuer, leaf.certificate, { singles: [{}] }),
      await makeOcsp(issuer, leaf.certificate, { singles: [revoked] }),
      await makeOcsp(issuer, leaf.certificate, {
        singles: [{}],
        signer,
        certificates: [signer.certificate.der],
      }),
    ];
    const about = { certificate: leaf.certificate, issuer: issuer.certificate, at: AT, crypto: CRYPTO };
    for (const answer of answers)
      assert.notEqual((await checkOcsp({ ...about, response: answer })).kind, 'undetermined');
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...answers), mutation(), async (answer, mutate) => {
        const response = mutate(answer);
        const verdict = await checkOcsp({ ...about, response });
        if (verdict.kind === 'undetermined') return;
        assert.deepEqual(signedOcsp(response), signedOcsp(answer));
      }),
      RUNS,
    );
  });

  test('a changed CRL says nothing, unless what was signed is untouched', async () => {
    const entries = ['1001', '1003'].map((serial) =>
      encodeCrlEntry({ serialNumber: Buffer.from(serial, 'hex'), revocationDate: secondsFromNow(-60) }),
    );
    const lists = [await makeCrl(issuer), await makeCrl(issuer, { entries })];
    const about = { certificate: leaf.certificate, issuer: issuer.certificate, at: AT, crypto: CRYPTO };
    for (const crl of lists) assert.notEqual((await checkCrl({ ...about, crl })).kind, 'undetermined');
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...lists), mutation(), async (list, mutate) => {
        const crl = mutate(list);
        const verdict = await checkCrl({ ...about, crl });
        if (verdict.kind === 'undetermined') return;
        assert.deepEqual(decodeCrl(crl).tbsDer, decodeCrl(list).tbsDer);
      }),
      RUNS,
    );
  });

  test('a changed certificate has no path, unless what was signed is untouched', async () => {
    await fc.assert(
      fc.asyncProperty(mutation(), mutation(), async (mutateLeaf, mutateIssuer) => {
        const target = decodeOrUndefined(mutateLeaf(leaf.certificate.der));
        const above = decodeOrUndefined(mutateIssuer(issuer.certificate.der));
        for (const [one, two] of [
          [target, issuer.certificate],
          [leaf.certificate, above],
          [target, above],
        ]) {
          if (one === undefined || two === undefined || !(await hasPath(one, two))) continue;
          assert.ok(equalBytes(one.tbsDer, leaf.certificate.tbsDer));
          assert.ok(equalBytes(two.tbsDer, issuer.certificate.tbsDer));
        }
      }),
      RUNS,
    );
  });

  test('random bytes never make a check reject', async () => {
    const about = { certificate: leaf.certificate, issuer: issuer.certificate, at: AT, crypto: CRYPTO };
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (noise) => {
        assert.equal((await checkOcsp({ ...about, response: noise })).kind, 'undetermined');
        assert.equal((await checkCrl({ ...about, crl: noise })).kind, 'undetermined');
      }),
      RUNS,
    );
  });

  async function hasPath(target: Certificate, intermediate: Certificate): Promise<boolean> {
    const budget = new WorkBudget(CRYPTO);
    const search = { target, intermediates: [intermediate], trustAnchors: [root.certificate], budget };
    for (const built of buildPaths(search)) {
      if (built.kind === 'failed') continue;
      if ((await checkPath({ path: built.path, at: AT, budget })).kind === 'valid') return true;
    }
    return false;
  }
});

/** One to three octets flipped, or the end cut off, or a slice doubled. */
function mutation(): fc.Arbitrary<(bytes: Uint8Array) => Uint8Array> {
  const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const flip = fc.array(fc.tuple(place, fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 3 });
  return fc.oneof(
    { weight: 8, arbitrary: flip.map((flips) => (bytes: Uint8Array) => flipped(bytes, flips)) },
    { weight: 1, arbitrary: place.map((end) => (bytes: Uint8Array) => bytes.slice(0, end * bytes.length)) },
    {
      weight: 1,
      arbitrary: fc.tuple(place, place).map(([from, to]) => (bytes: Uint8Array) => {
        const [start, end] = [from * bytes.length, to * bytes.length].toSorted((a, b) => a - b);
        return Uint8Array.from([...bytes.slice(0, end), ...bytes.slice(start)]);
      }),
    },
  );
}

function flipped(bytes: Uint8Array, flips: readonly (readonly [number, number])[]): Uint8Array {
  const changed = bytes.slice();
  for (const [place, bits] of flips) {
    const index = Math.floor(place * bytes.length);
    changed[index] = (changed[index] ?? 0) ^ bits;
  }
  return changed;
}

function signedOcsp(response: Uint8Array): Uint8Array | undefined {
  const decoded = decodeOcspResponse(response);
  return decoded.status === 'successful' ? decoded.basic.tbsDer : undefined;
}

function decodeOrUndefined(der: Uint8Array): Certificate | undefined {
  try {
    return decodeCertificate(der);
  } catch (error) {
    if (error instanceof PkiError) return undefined;
    throw error;
  }
}
