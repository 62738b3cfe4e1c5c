import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type BasicOcspResponse, decodeOcspResponse } from '@lancre/pki/ocsp';
import { skipWithout } from '../interop/required-programs.js';
import { SOFT_TOKEN_PIN, SoftToken } from '../storage/soft-token.js';
import { freePorts, type HostProcess } from './host-process.js';
import { missingPrograms } from './run-program.js';
import { until } from './until.js';
import { openWorkshop, type Workshop } from './workshop.js';

const CA_CONFIGURATION = `
[responder]
extendedKeyUsage = OCSPSigning
noCheck = ignored
keyUsage = critical, digitalSignature
authorityKeyIdentifier = keyid
`;
const P256 = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** A running host of one CA with the certificates 1001, good, and 1002, revoked; changed while it runs. */
describe('OCSP as an operator sets it up', { skip: missingPrograms('openssl') }, () => {
  const workshop = openWorkshop();
  let host: HostProcess;
  let base: string;

  before(async () => {
    const [port, adminPort] = await freePorts(2);
    base = `http://127.0.0.1:${port}`;
    await workshop.write('responder.cnf', CA_CONFIGURATION);
    await workshop.openssl(
      ...['req', '-x509', ...P256, '-subj', '/CN=CA', '-days', '3000', '-keyout', 'ca.key', '-out', 'ca.pem'],
      ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign,digitalSignature'],
    );
    await workshop.write(
      'index.txt',
      'V\t350131000000Z\t\t1001\tunknown\t/CN=a\nR\t350131000000Z\t261102100000Z,superseded\t1002\tunknown\t/CN=b\n',
    );
    const listen = ['--listen', `127.0.0.1:${port}`, '--admin-listen', `127.0.0.1:${adminPort}`];
    await workshop.mustLancre('init', '--base', base, ...listen);
    await workshop.mustLancre('issuer', 'add', 'ca', '--certificate', 'ca.pem', '--key', 'ca.key');
    await workshop.mustLancre('import', '--issuer', 'ca', '--format', 'openssl-index', 'index.txt');
    host = await workshop.start(['serve', '--edge-runtime', 'node']);
  });
  after(() => host?.stop());

  const ask = async (serial: string, ...more: readonly string[]) => {
    const { stdout, stderr } = await workshop.run(
      'openssl',
      ...['ocsp', '-issuer', 'ca.pem', '-serial', `0x${serial}`, '-url', `${base}/o`, '-CAfile', 'ca.pem'],
      ...(more.includes('-nonce') ? more : ['-no_nonce', ...more]),
    );
    return stdout + stderr;
  };
  const answerTo = async (serial: string) => {
    await ask(serial, '-respout', 'answer.der');
    return decodeBasic(await workshop.read('answer.der'));
  };
  /** Each edge looks at the settings by itself, and connections go to them in turns. */
  const everywhere = (what: string, probe: () => Promise<boolean>) =>
    until(what, async () => {
      for (let asked = 0; asked < 6; asked += 1) if (!(await probe())) return false;
      return true;
    });
  const addResponder = (name: string) =>
    workshop.mustLancre(
      'issuer',
      'responder',
      'add',
      'ca',
      '--certificate',
      `${name}.pem`,
      '--key',
      `${name}.key`,
    );

  it('presigned answers are there before anybody asks, and publish --ocsp has nothing left to do', async () => {
    await workshop.mustLancre('issuer', 'set', 'ca', '--presign', 'SHA-1,SHA-256');
    const report = async () => JSON.parse(await workshop.mustLancre('publish', '--ocsp', '--json'))[0];
    await until('the host has signed them', async () => (await report()).fresh === 4);
    assert.deepEqual(await report(), { issuer: 'ca', certificates: 2, signed: 0, fresh: 4, failed: 0 });
    const due = JSON.parse(await workshop.mustLancre('publish', '--ocsp', '--dry-run', '--json'));
    assert.deepEqual(due, [{ issuer: 'ca', due: 0 }]);
    assert.match(await ask('1001'), /0x1001: good/);
    assert.match(await ask('1002'), /0x1002: revoked/);
  });

  it('ORSP-13: a delegated responder takes over without a restart, and its successor from it', async () => {
    await makeResponder(workshop, 'first');
    await makeResponder(workshop, 'second');
    await addResponder('first');
    // An answer signed before is used on; one that has to be made now is the delegate's.
    let validity = 20;
    const newAnswer = async () => {
      validity += 1;
      await workshop.mustLancre('issuer', 'set', 'ca', '--ocsp-validity', `${validity}h`);
      return answerTo('1001');
    };
    const isBy = async (name: string) => isSignedBy(await newAnswer(), workshop, name);
    await until('the first signs', () => isBy('first'));
    await addResponder('second');
    await until('the second signs', () => isBy('second'));
    assert.match(await ask('1002'), /0x1002: revoked[\s\S]*Response verify OK/);
    const serials = JSON.parse(await workshop.mustLancre('issuer', 'responder', 'list', 'ca', '--json'));
    await workshop.mustLancre('issuer', 'responder', 'remove', 'ca', serials[1].serialNumber);
    await until('the first signs again', () => isBy('first'));
    await workshop.mustLancre('issuer', 'responder', 'remove', 'ca', serials[0].serialNumber);
    await until('the CA signs itself', async () => (await newAnswer()).certificates.length === 0);
  });

  it('ORSP-12, T-28: what is no responder certificate of this CA is refused with the reason', async () => {
    const refusalOf = async (certificate: string, key: string) => {
      const words = ['responder', 'add', 'ca', '--certificate', certificate, '--key', key];
      const { status, stderr } = await workshop.lancre('issuer', ...words);
      assert.equal(status, 64);
      return stderr;
    };
    assert.match(await refusalOf('ca.pem', 'ca.key'), /that of a CA/);
    assert.match(await refusalOf('first.pem', 'second.key'), /key is not that of the certificate/);
    await makeResponder(workshop, 'plain', []);
    assert.match(await refusalOf('plain.pem', 'plain.key'), /without OCSPSigning/);
  });

  it('OREQ-26: nonces are echoed once that is set', async () => {
    assert.match(await ask('1001', '-nonce'), /WARNING: no nonce in response/);
    await workshop.mustLancre('issuer', 'set', 'ca', '--nonce', 'echo');
    await everywhere('the nonce is there', async () => !/no nonce/.test(await ask('1001', '-nonce')));
  });

  it('OREQ-24: with request signers, only who signs is answered', async () => {
    await workshop.mustLancre('issuer', 'set', 'ca', '--request-signers', 'ca.pem');
    await everywhere('unsigned requests are refused', async () => /sigrequired/.test(await ask('1001')));
    assert.match(await ask('1001', '-signer', 'first.pem', '-signkey', 'first.key'), /0x1001: good/);
    await workshop.openssl('req', '-x509', ...P256, '-subj', '/CN=x', '-keyout', 'x.key', '-out', 'x.pem');
    assert.match(await ask('1001', '-signer', 'x.pem', '-signkey', 'x.key'), /unauthorized/);
    await workshop.mustLancre('issuer', 'set', 'ca', '--no-request-signers');
    await everywhere('everybody is answered', async () => /good/.test(await ask('1001')));
  });

  it('ORSP-17, ORSP-18, T-08: the profile cabf refuses what the programs do, with each clause', async () => {
    const words = [
      'issuer',
      'set',
      'ca',
      '--profile',
      'cabf',
      '--ocsp-validity',
      '8d',
      '--crl-validity',
      '11d',
    ];
    const { status, stderr } = await workshop.lancre(...words);
    assert.equal(status, 64);
    assert.match(stderr, /7 days \(Microsoft's program.*10 days \(BR 7\.2\)/);
    await workshop.mustLancre('issuer', 'set', 'ca', '--profile', 'cabf', '--ocsp-validity', '7d');
  });

  it('ORSP-42: of a compromised CA everything is revoked, in the next answer and for good', async () => {
    const words = ['issuer', 'compromise', 'ca', '--since', '2026-11-01T00:00:00Z'];
    const { status, stderr } = await workshop.lancre(...words);
    assert.equal(status, 64);
    assert.match(stderr, /--yes/);
    assert.match(await ask('1001'), /0x1001: good/);
    await workshop.mustLancre(...words, '--yes');
    await everywhere('it is revoked', async () => /0x1001: revoked/.test(await ask('1001')));
    // Under cabf without a reason; what was revoked before keeps its own.
    assert.doesNotMatch(await ask('1001'), /Reason/);
    assert.match(await ask('1002'), /superseded/);
  });

  describe('with a key in a token', { skip: skipWithout('softhsm2-util', 'pkcs11-tool') }, () => {
    it('a host signs by it, and the PIN is in no store and on no command line', async () => {
      const token = new SoftToken(workshop.path('hsm'));
      token.makeKey('EC:prime256v1', 'ocsp', '01');
      const environment = { ...token.environment, LANCRE_PIN: SOFT_TOKEN_PIN };
      await host.stop();
      await certifyToken(workshop, token);
      const key = ['--key', token.uri('ocsp'), '--passphrase-env', 'LANCRE_PIN'];
      const words = ['issuer', 'responder', 'add', 'ca', '--certificate', 'token.pem', ...key];
      const added = await workshop.lancreWith(environment, ...words);
      assert.equal(added.status, 0, added.stderr);
      host = await workshop.start(['serve', '--edge-runtime', 'node'], environment);
      assert.match(await ask('1001', '-nonce'), /0x1001: revoked[\s\S]*Response verify OK/);
      await ask('1001', '-nonce', '-respout', 'answer.der');
      assert.ok(await isSignedBy(decodeBasic(await workshop.read('answer.der')), workshop, 'token'));
      const shown = await workshop.mustLancre('issuer', 'show', 'ca', '--json');
      assert.match(shown, /pkcs11:token=ocsp/);
      assert.ok(!shown.includes(SOFT_TOKEN_PIN));
    });
  });
});

async function makeResponder(
  workshop: Workshop,
  name: string,
  extensions: readonly string[] = ['-extfile', 'responder.cnf', '-extensions', 'responder'],
): Promise<void> {
  const request = ['-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`];
  await workshop.openssl('req', ...P256, ...request);
  const serial = ['-set_serial', `0x${Buffer.from(name.padEnd(9, '.')).toString('hex')}`];
  const ca = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-days', '100'];
  await workshop.openssl(
    'x509',
    '-req',
    '-in',
    `${name}.csr`,
    ...ca,
    ...serial,
    ...extensions,
    '-out',
    `${name}.pem`,
  );
}

/** The public key of a token, in a certificate by the CA. */
async function certifyToken(workshop: Workshop, token: SoftToken): Promise<void> {
  await workshop.write('token.pub', token.publicKeyDer('ocsp'));
  await workshop.openssl(
    ...[
      'x509',
      '-req',
      '-in',
      'first.csr',
      '-force_pubkey',
      'token.pub',
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
    ],
    ...['-days', '50', '-set_serial', '0x746f6b656e2d746f6b', '-extfile', 'responder.cnf'],
    ...['-extensions', 'responder', '-out', 'token.pem'],
  );
}

async function isSignedBy(basic: BasicOcspResponse, workshop: Workshop, name: string): Promise<boolean> {
  await workshop.openssl('x509', '-in', `${name}.pem`, '-outform', 'DER', '-out', `${name}.der`);
  const [sent] = basic.certificates;
  return sent !== undefined && Buffer.compare(sent, await workshop.read(`${name}.der`)) === 0;
}

function decodeBasic(der: Uint8Array): BasicOcspResponse {
  const response = decodeOcspResponse(der);
  assert.ok(response.status === 'successful');
  return response.basic;
}
