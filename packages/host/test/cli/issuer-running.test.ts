import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Certificate } from '@lancre/pki/certificate';
import { hashIssuer } from '@lancre/pki/crypto';
import { createNodeCrypto, createNodeSigner } from '@lancre/pki/crypto-node';
import {
  type BasicOcspResponse,
  decodeOcspResponse,
  encodeCertId,
  encodeOcspRequest,
} from '@lancre/pki/ocsp';
import { encodeHex, encodePem } from '@lancre/pki/text';
import { findOcspDelegateFault } from '@lancre/pki/verify';
import { defaultIssuerPolicy } from '#host/issuer/issuer-policy.js';
import { newPrivateKey, signCertificate, type TestIssuer } from '../issuer/test-issuers.js';
import { responderCertificate } from '../issuer/test-responders.js';
import { freePorts, type HostProcess } from './host-process.js';
import { httpGet } from './http-get.js';
import { missingPrograms } from './run-program.js';
import { until } from './until.js';
import { openWorkshop, type Workshop } from './workshop.js';

const crypto = createNodeCrypto();
const adding = ['issuer', 'responder', 'add', 'e1', '--certificate'] as const;
const removing = ['issuer', 'responder', 'remove', 'e1'] as const;
const serving = ['serve', '--edge-runtime', 'node'] as const;

describe('settings of a CA that change while its host runs', () => {
  const workshop = openWorkshop();
  let base: string;
  let admin: string;
  let host: HostProcess;
  let pki: Pki;
  let asked = 0;

  before(async () => {
    const [port, adminPort] = await freePorts(2);
    base = `http://127.0.0.1:${port}`;
    admin = `http://127.0.0.1:${adminPort}`;
    pki = await makePki(workshop);
    const listen = ['--listen', `127.0.0.1:${port}`, '--admin-listen', `127.0.0.1:${adminPort}`];
    await workshop.mustLancre('init', '--base', base, ...listen);
    const words = ['--certificate', 'ca.pem', '--key', 'ca.key', '--profile', 'cabf'];
    await workshop.mustLancre('issuer', 'add', 'e1', ...words);
    await workshop.mustLancre('import', 'records.ndjson', '--format', 'ndjson', '--issuer', 'e1');
    host = await workshop.start(serving);
  });

  async function ask(serialNumber: string): Promise<BasicOcspResponse> {
    const hashes = await hashIssuer(crypto, 'SHA-1', pki.ca.certificate);
    const certIds = [encodeCertId({ hash: 'SHA-1', ...hashes, serialNumber })];
    const request = Buffer.from(encodeOcspRequest({ certIds })).toString('base64');
    const response = decodeOcspResponse((await httpGet(`${base}/o/${encodeURIComponent(request)}`)).body);
    assert.ok(response.status === 'successful', `${response.status}\n${host.stderr}`);
    return response.basic;
  }

  /** About a certificate that nobody asked about before, so that no answer was kept. */
  function askAnew(): Promise<BasicOcspResponse> {
    asked += 1;
    return ask(serialOf(asked));
  }

  function untilSignedBy({ certificate }: Named): Promise<BasicOcspResponse> {
    return until('it signs', async () => {
      const basic = await askAnew();
      return (await isSignedBy(basic, certificate)) && basic;
    });
  }

  async function problems(): Promise<string> {
    return JSON.parse((await httpGet(`${admin}/healthz`)).body.toString()).problems.join('\n');
  }

  it('ORSP-09, ORSP-33: a responder that is added signs in place of the CA, and not with SHA-1', async () => {
    assert.deepEqual((await untilSignedBy(pki.ca)).certificates, []);
    await workshop.mustLancre(...adding, 'one.pem', '--key', 'one.key');
    const basic = await untilSignedBy(pki.one);
    assert.deepEqual(basic.certificates.map(encodeHex), [encodeHex(pki.one.certificate.der)]);
    const delegate = { delegate: pki.one.certificate, issuer: pki.ca.certificate, at: basic.producedAt };
    assert.equal(await findOcspDelegateFault({ ...delegate, crypto }), undefined);
    // ecdsa-with-SHA256 (BR 7.1.3.2.2).
    assert.equal(encodeHex(basic.signatureAlgorithm.der), '300a06082a8648ce3d040302');
  });

  it('ORSP-09: OpenSSL accepts the responder', { skip: missingPrograms('openssl') }, async () => {
    const words = ['-issuer', 'ca.pem', '-serial', `0x${serialOf(0)}`, '-url', `${base}/o`];
    const { stdout, stderr } = await workshop.run('openssl', 'ocsp', ...words, '-CAfile', 'ca.pem');
    assert.match(stdout + stderr, /^Response verify OK$/m);
    assert.match(stdout + stderr, /: good$/m);
  });

  it('ORSP-13: a successor that is added takes over, and the old responder can go', async () => {
    const previous = await ask(serialOf(0));
    assert.ok(await isSignedBy(previous, pki.one.certificate));
    await workshop.mustLancre(...adding, 'two.pem', '--key', 'two.key');
    await untilSignedBy(pki.two);
    await workshop.mustLancre(...removing, 'one.pem');
    // What the old one has signed is good until it ends, and is given until then.
    assert.deepEqual(await ask(serialOf(0)), previous);
    assert.equal(await problems(), '');
  });

  it('ORSP-13: a successor for later waits for its turn', async () => {
    await workshop.mustLancre(...adding, 'later.pem', '--key', 'later.key');
    // Settings that are changed after it are taken up after it.
    await workshop.mustLancre('issuer', 'set', 'e1', '--ocsp-validity', '8h');
    const basic = await until('the settings are taken up', async () => {
      const answer = await askAnew();
      return validitySecondsOf(answer) === 8 * 3600 - 1 && answer;
    });
    assert.ok(await isSignedBy(basic, pki.two.certificate));
    assert.equal(await problems(), '');
  });

  it('when all responders are removed, the CA signs itself again', async () => {
    await workshop.mustLancre(...removing, 'two.pem');
    await workshop.mustLancre(...removing, pki.later.certificate.serialNumber);
    assert.deepEqual((await untilSignedBy(pki.ca)).certificates, []);
  });

  it('a responder whose key was exchanged does not sign after a start, and health tells why', async () => {
    await workshop.mustLancre(...adding, 'two.pem', '--key', 'two.key');
    await untilSignedBy(pki.two);
    await host.stop();
    await workshop.write('two.key', await workshop.read('one.key'));
    host = await workshop.start(serving);
    assert.match(
      await problems(),
      /^e1: the responder certificate \w+ .*key is not that of the certificate$/,
    );
    assert.deepEqual((await untilSignedBy(pki.ca)).certificates, []);
    await workshop.mustLancre(...removing, 'two.pem');
    await until('all is well', async () => (await problems()) === '');
  });

  it('ORSP-42: when its key is told to be compromised, every certificate is revoked', async () => {
    assert.equal(statusOf(await ask(serialOf(0))), 'good');
    const since = '2026-11-02T10:00:00Z';
    await workshop.mustLancre('issuer', 'compromise', 'e1', '--since', since, '--yes');
    const revoked = await until('it is revoked', async () => {
      const answer = await ask(serialOf(0));
      return statusOf(answer) === 'revoked' && answer;
    });
    const status = revoked.responses[0]?.certStatus;
    assert.deepEqual(status?.status === 'revoked' && status.revocationTime, new Date(since));
  });
});

interface Named {
  readonly certificate: Certificate;
}

/** A CA; two responders, the second newer; and one whose time has not come. */
interface Pki {
  readonly ca: TestIssuer;
  readonly one: Named;
  readonly two: Named;
  readonly later: Named;
}

async function makePki(workshop: Workshop): Promise<Pki> {
  const signer = await writeKey(workshop, 'ca');
  const certificate = await signCertificate({ commonName: 'CA e1', subject: signer });
  await workshop.write('ca.pem', encodePem('CERTIFICATE', certificate.der));
  const issuer = { id: 1, name: 'e1', certificates: [certificate], policy: defaultIssuerPolicy } as const;
  const ca = { issuer, signer, certificate };
  const records = Array.from(
    { length: RECORDS },
    (_, index) => `{"serial":"${serialOf(index)}","notAfter":"2048-01-31T00:00:00Z"}\n`,
  );
  await workshop.write('records.ndjson', records.join(''));
  const responder = async (name: string, serialNumber: string, notBefore: string): Promise<Named> => {
    const subject = await writeKey(workshop, name);
    const own = await responderCertificate({ ca, subject, serialNumber, notBefore: new Date(notBefore) });
    await workshop.write(`${name}.pem`, encodePem('CERTIFICATE', own.der));
    return { certificate: own };
  };
  return {
    ca,
    one: await responder('one', 'a1b2c3d4e5f60701', '2021-01-01T00:00:00Z'),
    two: await responder('two', 'a1b2c3d4e5f60702', '2022-01-01T00:00:00Z'),
    later: await responder('later', 'a1b2c3d4e5f60703', '2048-01-01T00:00:00Z'),
  };
}

async function writeKey(workshop: Workshop, name: string) {
  const pem = newPrivateKey('P-256').export({ type: 'pkcs8', format: 'pem' }).toString();
  await workshop.write(`${name}.key`, pem);
  return createNodeSigner({ pkcs8: pem });
}

async function isSignedBy(basic: BasicOcspResponse, { subjectPublicKeyInfo }: Certificate): Promise<boolean> {
  const verdict = await crypto.verify({
    algorithm: basic.signatureAlgorithm,
    subjectPublicKeyInfoDer: subjectPublicKeyInfo.der,
    message: basic.tbsDer,
    signature: basic.signature,
  });
  return verdict === 'valid';
}

function statusOf(basic: BasicOcspResponse): string | undefined {
  return basic.responses[0]?.certStatus.status;
}

function validitySecondsOf({ responses: [single] }: BasicOcspResponse): number {
  assert.ok(single?.nextUpdate);
  return (single.nextUpdate.getTime() - single.thisUpdate.getTime()) / 1000;
}

/** 0x100001 and up. */
function serialOf(index: number): string {
  return (0x100001 + index).toString(16);
}

const RECORDS = 5000;
