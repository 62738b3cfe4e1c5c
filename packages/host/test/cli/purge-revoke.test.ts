import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { createTestCa } from './test-ca.js';
import { openWorkshop } from './workshop.js';

/** Appends what it is told to a file, one message a line. */
const script = `
  const { appendFileSync, readFileSync } = require('node:fs');
  appendFileSync('told.ndjson', readFileSync(0, 'utf8') + '\\n');`;

describe('lancre revoke with a purge hook', () => {
  const workshop = openWorkshop();
  let question = '';

  before(async () => {
    const ca = await createTestCa('Purged CA');
    question = await ca.question('1001');
    await workshop.write('ca.pem', ca.certificatePem);
    await workshop.write('ca.key', ca.keyPem);
    const line = { issuer: 'ca', serial: '1001', notAfter: '2040-01-01T00:00:00Z' };
    await workshop.write('records.ndjson', `${JSON.stringify(line)}\n`);
    await workshop.mustLancre('init', '--base', 'http://pki.example.net');
    await workshop.mustLancre('issuer', 'add', 'ca', '--certificate', 'ca.pem', '--key', 'ca.key');
    await workshop.mustLancre('import', 'records.ndjson', '--format', 'ndjson');
    const command = JSON.stringify([process.execPath, '-e', script]);
    await workshop.write(
      'lancre.toml',
      `${await workshop.read('lancre.toml')}\n[purge]\ncommand = ${command}\n`,
    );
  });

  it('T-23l, HTTP-36: the first revocation is told, a second with another reason, and one that changes nothing', async () => {
    for (const reason of ['superseded', 'keyCompromise', 'keyCompromise']) {
      const result = JSON.parse(await workshop.mustLancre('revoke', '1001', '--reason', reason, '--json'));
      assert.deepEqual([result.purge, result.reason], ['done', reason]);
    }
    const told = (await workshop.read('told.ndjson')).toString().trim().split('\n');
    assert.equal(told.length, 3);
    for (const message of told) {
      const { certificates } = JSON.parse(message);
      assert.equal(certificates.length, 1);
      const { issuer, serialNumber, surrogateKeys, urls } = certificates[0];
      assert.deepEqual([issuer, serialNumber, surrogateKeys], ['ca', '1001', ['ocsp.ca.1001']]);
      assert.ok(urls.includes(`http://pki.example.net/o/${question}`));
      assert.ok(urls.includes(`http://pki.example.net/o//${decodeURIComponent(question)}`));
    }
  });
});
