import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeIssuer, encodeIssuer } from '#host/storage/issuer-codec.js';
import { createIssuer } from '../issuer/test-issuers.js';

test('where the lists of an issuer come from is kept', async () => {
  const { issuer } = await createIssuer();
  for (const location of ['/srv/lists/root.crl', 'http://lists.example.net/root.crl']) {
    const stored = decodeIssuer(1, encodeIssuer({ ...issuer, crlSource: { location } }));
    assert.deepEqual(stored.crlSource, { location });
  }
  assert.equal('crlSource' in decodeIssuer(1, encodeIssuer(issuer)), false);
});
