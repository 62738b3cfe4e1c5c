import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { crlDistributionPointsOf, decodeCertificates } from '@lancre/pki/certificate';
import { evidenceAddressesOf } from '@lancre/pki/client';
import { shardFunction } from '#host/cli/urls/openssl-section.js';
import { shardOfSerial } from '#host/issuer/issuer-policy.js';
import { missingPrograms, mustRun } from './run-program.js';
import { createTestCa } from './test-ca.js';
import { openWorkshop } from './workshop.js';

const serials = [
  '1',
  '0a',
  '1007',
  'FFFFFFFFFFFFFFFF',
  '4c55a2a7d86a3f0c1b9e5f60a1b2c3d4',
  'ffffffffffffffffffffffffffffffffffffffff',
  '8000000000000000000000000000000000000000',
];

describe('the shard of a serial in the shell', { skip: missingPrograms('sed') }, () => {
  for (const shards of [1, 2, 4, 10, 128, 65_535]) {
    it(`SHD-06: is that of the host, of ${shards} shards`, async () => {
      const script = [...shardFunction(shards), ...serials.map((serial) => `shard ${serial}`)].join('\n');
      const printed = await mustRun('/bin/sh', ['-c', script], { folder: '/' });
      const expected = serials.map((serial) => shardOfSerial(octetsOf(serial), shards));
      assert.deepEqual(printed.trim().split('\n').map(Number), expected);
    });
  }
});

describe('lancre urls --format openssl', { skip: missingPrograms('openssl') }, () => {
  const workshop = openWorkshop();
  const base = 'http://pki.example.net';

  before(async () => {
    const ca = await createTestCa('CA One');
    await workshop.write('ca.pem', ca.certificatePem);
    await workshop.write('ca.key', ca.keyPem);
    await workshop.mustLancre('init', '--base', base);
    const words = ['--certificate', 'ca.pem', '--key', 'ca.key', '--shards', '16', '--delta'];
    await workshop.mustLancre('issuer', 'add', 'one', ...words);
    await workshop.write('urls.cnf', await workshop.mustLancre('urls', '--format', 'openssl'));
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'leaf.key'];
    await workshop.openssl('req', '-new', ...key, '-subj', '/CN=leaf', '-out', 'leaf.csr');
  });

  for (const serial of serials.map((text) => text.padStart(2, '0'))) {
    it(`SHD-05: the certificate ${serial} names the list that the host will put it on`, async () => {
      const shard = shardOfSerial(octetsOf(serial), 16);
      const sign = signCommand(serial);
      const { status, stderr } = await workshop.run('/bin/sh', '-c', `SHARD=${shard} ${sign}`);
      assert.equal(status, 0, stderr);
      const [certificate] = decodeCertificates(await workshop.read('leaf.pem'));
      assert.ok(certificate);
      const addresses = evidenceAddressesOf(certificate);
      assert.deepEqual(addresses.crl, [`${base}/c/one/${shard}.crl`]);
      assert.deepEqual(addresses.ocsp, [`${base}/o`]);
      assert.deepEqual(addresses.caIssuers, [`${base}/i/one`]);
      assert.ok(Buffer.from(certificate.der).includes(`${base}/c/one/${shard}.delta.crl`));
      const told = await workshop.mustLancre('urls', 'leaf.pem');
      assert.match(told, /The certificate carries all of these\./);
    });
  }

  it('SHD-05: one http URI stands in the CDP, without reasons and without another issuer', async () => {
    const { status } = await workshop.run('/bin/sh', '-c', `SHARD=3 ${signCommand('1001')}`);
    assert.equal(status, 0);
    const [certificate] = decodeCertificates(await workshop.read('leaf.pem'));
    const points = certificate && crlDistributionPointsOf(certificate);
    assert.equal(points?.length, 1);
    const [point] = points;
    assert.ok(point);
    const uris = point.distributionPoint?.map((name) => (name.type === 'uri' ? name.uri : name.type));
    assert.deepEqual(uris, [`${base}/c/one/3.crl`]);
    assert.equal(point.reasons, undefined);
    assert.equal(point.crlIssuer, undefined);
  });

  it('signs nothing while nobody has said which shard', async () => {
    const { status } = await workshop.run('/bin/sh', '-c', signCommand('1007'));
    assert.notEqual(status, 0);
  });

  it('a certificate with another shard is told of', async () => {
    const { status } = await workshop.run('/bin/sh', '-c', `SHARD=9 ${signCommand('1007')}`);
    assert.equal(status, 0);
    const told = await workshop.mustLancre('urls', 'leaf.pem');
    assert.match(told, /differs in CDP: it has \S+\/c\/one\/9\.crl, not \S+\/c\/one\/8\.crl/);
    const [{ certificate }] = JSON.parse(await workshop.mustLancre('urls', 'leaf.pem', '--json'));
    assert.equal(certificate.shard, 8);
    assert.equal(certificate.differences.length, 1);
  });

  it('SHD-06: what is recorded goes before the rule', async () => {
    await workshop.write('one.ndjson', '{"serial":"1007","notAfter":"2099-01-31T00:00:00Z","shard":3}\n');
    await workshop.mustLancre('import', 'one.ndjson', '--format', 'ndjson', '--issuer', 'one');
    const [{ certificate }] = JSON.parse(await workshop.mustLancre('urls', '--serial', '1007', '--json'));
    assert.deepEqual(certificate, {
      serialNumber: '1007',
      shard: 3,
      decidedBy: 'records',
      crl: `${base}/c/one/3.crl`,
      deltaCrl: `${base}/c/one/3.delta.crl`,
    });
  });
});

function signCommand(serial: string): string {
  const extensions = '-extfile urls.cnf -extensions one_urls';
  return `openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -set_serial 0x${serial} ${extensions} -days 9 -out leaf.pem`;
}

function octetsOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex'));
}
