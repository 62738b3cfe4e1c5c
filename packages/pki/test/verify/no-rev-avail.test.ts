import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import {
  EXTENSION_OIDS,
  encodeAuthorityInfoAccess,
  encodeCaBasicConstraints,
  encodeCrlDistributionPoints,
  encodeEndEntityBasicConstraints,
  encodeExtension,
  encodeFreshestCrl,
} from '@lancre/pki/certificate';
import { checkPath, WorkBudget } from '@lancre/pki/verify';
import { bytes } from '../support/hex.ts';
import { AT, CA_EXTENSIONS, CRYPTO, makeCa, makeLeaf, type Party } from './pki-maker.ts';

const NO_REV_AVAIL = noRevAvail('0500');
const OCSP = encodeAuthorityInfoAccess([{ method: 'ocsp', uri: 'http://o.example.net' }]);
const CA_ISSUERS = encodeAuthorityInfoAccess([{ method: 'caIssuers', uri: 'http://i.example.net/e1' }]);

describe('noRevAvail in a path', () => {
  let root: Party;
  let issuer: Party;

  before(async () => {
    root = await makeCa('Root X1');
    issuer = await makeCa('E1', { issuer: root });
  });

  test('VER-28: an end-entity certificate with it holds, also with caIssuers, and critical', async () => {
    for (const extensions of [
      [NO_REV_AVAIL],
      [NO_REV_AVAIL, CA_ISSUERS, encodeEndEntityBasicConstraints()],
      [noRevAvail('0500', 'critical')],
    ]) {
      assert.equal(await outcome(await makeLeaf(issuer, { extensions }), issuer), 'valid');
    }
  });

  test('VER-28: with the address of a responder, a CRL or a delta, the path is invalid', async () => {
    for (const contradiction of [
      OCSP,
      encodeCrlDistributionPoints(['http://c.example.net/e1.crl']),
      encodeFreshestCrl(['http://c.example.net/e1-delta.crl']),
    ]) {
      const extensions = [NO_REV_AVAIL, contradiction];
      const target = await makeLeaf(issuer, { extensions });
      assert.equal(await outcome(target, issuer), 'no_rev_avail_conflict at 0');
      assert.equal(await outcome(await makeLeaf(issuer, { extensions: [contradiction] }), issuer), 'valid');
    }
  });

  test('VER-28: in a CA certificate, the path is invalid: issuer or target', async () => {
    const marked = await makeCa('E2', { issuer: root, extensions: [...CA_EXTENSIONS, NO_REV_AVAIL] });
    assert.equal(await outcome(await makeLeaf(marked), marked), 'no_rev_avail_conflict at 1');
    const target = await makeLeaf(issuer, { extensions: [encodeCaBasicConstraints(), NO_REV_AVAIL] });
    assert.equal(await outcome(target, issuer), 'no_rev_avail_conflict at 0');
  });

  test('VER-28: a value that is not NULL fails the path', async () => {
    for (const value of ['', '3000', '050100', '05000500']) {
      const target = await makeLeaf(issuer, { extensions: [noRevAvail(value)] });
      assert.equal(await outcome(target, issuer), 'extension_malformed at 0', value);
    }
  });

  async function outcome(target: Party, above: Party): Promise<string> {
    const certificates = [target.certificate, above.certificate];
    const path = { certificates, anchor: root.certificate };
    const verdict = await checkPath({ path, at: AT, budget: new WorkBudget(CRYPTO) });
    return verdict.kind === 'valid' ? 'valid' : `${verdict.code} at ${verdict.index}`;
  }
});

function noRevAvail(value: string, criticality: 'critical' | 'non-critical' = 'non-critical'): Uint8Array {
  return encodeExtension(EXTENSION_OIDS.noRevAvail, criticality, bytes(value));
}
