import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildSurrogateKeyField, surrogateKeysOf } from '#host/status/surrogate-keys.js';

const serialNumber = Buffer.from('04a10b', 'hex');

describe('surrogate keys', () => {
  it('HTTP-36: a certificate has a key of its own, and its issuer one for all', () => {
    assert.deepEqual(surrogateKeysOf('e1', serialNumber), {
      certificate: 'ocsp.e1.04a10b',
      issuer: 'ocsp.e1',
    });
  });

  it('HTTP-36: the longest key is within 120 octets, and of letters that every CDN takes', () => {
    const { certificate } = surrogateKeysOf('a-b'.padEnd(63, 'c'), new Uint8Array(20).fill(0xff));
    assert.equal(certificate.length, 109);
    assert.match(certificate, /^[a-z0-9.-]+$/);
  });

  it('HTTP-36: no key of one issuer is one of another, also where a name looks like a serial', () => {
    const keys = ['e1', 'e1-04a10b', 'e1-04'].flatMap((name) =>
      Object.values(surrogateKeysOf(name, serialNumber)),
    );
    assert.equal(new Set(keys).size, 6);
  });

  it('HTTP-36: Surrogate-Key is a list with spaces, all other fields have commas', () => {
    const fieldOf = (field: string) => buildSurrogateKeyField(field, 'e1', [serialNumber]);
    assert.deepEqual(fieldOf('Surrogate-Key'), { field: 'Surrogate-Key', value: 'ocsp.e1.04a10b ocsp.e1' });
    assert.equal(fieldOf('surrogate-key').value, 'ocsp.e1.04a10b ocsp.e1');
    for (const field of ['Cache-Tag', 'Edge-Cache-Tag', 'xkey']) {
      assert.deepEqual(fieldOf(field), { field, value: 'ocsp.e1.04a10b,ocsp.e1' });
    }
  });

  it('HTTP-36: an answer about several certificates has the keys of each, and each once', () => {
    const serials = [serialNumber, Uint8Array.of(11), serialNumber];
    assert.equal(
      buildSurrogateKeyField('Cache-Tag', 'e1', serials).value,
      'ocsp.e1.04a10b,ocsp.e1.0b,ocsp.e1',
    );
  });
});
