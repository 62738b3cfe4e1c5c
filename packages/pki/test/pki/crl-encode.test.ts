import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeCrl, freshestCrlOf } from '@lancre/pki/crl';
import { hex } from '../support/hex.ts';
import { newCa, signCrl } from '../support/test-pki.ts';

const ca = await newCa('P-256', 'E1');
const URIS = ['http://c.example.net/e1.delta.crl', 'http://d.example.net/e1.delta.crl'];

test('SHD-19: freshestCRL is not critical, and one distribution point with nothing but addresses', async () => {
  const crl = decodeCrl(await signCrl(ca, [], { freshestCrl: URIS }));
  const extension = crl.extensions.find(({ oid }) => oid === '2.5.29.46');
  assert.equal(extension?.critical, false);
  const [point, ...more] = freshestCrlOf(crl) ?? [];
  assert.deepEqual(more, []);
  assert.deepEqual(
    point?.distributionPoint?.map((name) => name.type === 'uri' && name.uri),
    URIS,
  );
  assert.equal(point?.reasons, undefined);
  assert.equal(point?.crlIssuer, undefined);
  const [uri = ''] = URIS;
  const single = decodeCrl(await signCrl(ca, [], { freshestCrl: [uri] }));
  const value = single.extensions.find(({ oid }) => oid === '2.5.29.46')?.value;
  const text = Buffer.from(uri).toString('hex');
  assert.equal(value && hex(value), `30293027a025a0238621${text}`);
});

test('a freshestCRL without an address is not written', async () => {
  await assert.rejects(signCrl(ca, [], { freshestCrl: [] }), { code: 'crl_invalid' });
});
