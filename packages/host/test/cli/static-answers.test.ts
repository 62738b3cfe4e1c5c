import assert from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { decodeOcspResponse } from '@lancre/pki/ocsp';
import { freePorts, type HostProcess } from './host-process.js';
import { makeOfflineRoot, makeSelfSigned } from './offline-root.js';
import { OpensslClients } from './openssl-clients.js';
import { missingPrograms } from './run-program.js';
import { until } from './until.js';
import { openWorkshop, type Workshop } from './workshop.js';

const importing = ['import', '--format', 'ocsp-response', '--json'] as const;

describe('answers of an offline root made by OpenSSL', { skip: missingPrograms('openssl') }, () => {
  const workshop = openWorkshop();
  let base: string;

  before(async () => {
    const [port, adminPort] = await freePorts(2);
    base = `http://127.0.0.1:${port}`;
    const listen = ['--listen', `127.0.0.1:${port}`, '--admin-listen', `127.0.0.1:${adminPort}`];
    await makeOfflineRoot(workshop, ['e1', 'e2', 'e3', 'e4', 'e5']);
    await workshop.mustLancre('init', '--base', base, ...listen);
    await workshop.mustLancre('issuer', 'add', 'root', '--certificate', 'root.pem');
  });

  it('are taken in, several at once, and known when they come again', async () => {
    await makeAnswer(workshop, 'e1', 'e1-sha1.der');
    await makeAnswer(workshop, 'e1', 'e1-sha256.der', { hash: '-sha256' });
    const files = ['e1-sha1.der', 'e1-sha256.der'];
    const first = JSON.parse(await workshop.mustLancre(...importing, '--issuer', 'root', ...files));
    assert.deepEqual(countsOf(first), { files: 2, taken: 2, unchanged: 0, refused: 0 });
    const [answer] = first.answers;
    assert.equal(answer.issuer, 'root');
    assert.equal(answer.serialNumber, (await serialOf(workshop, 'e1')).toLowerCase());
    assert.equal(answer.status, 'good');
    assert.equal(answer.signedBy, 'issuer');
    assert.deepEqual(answer.certIds, [{ hash: 'SHA-1', parameters: 'null' }]);
    const second = JSON.parse(await workshop.mustLancre(...importing, ...files));
    assert.deepEqual(countsOf(second), { files: 2, taken: 0, unchanged: 2, refused: 0 });
  });

  it('may be signed by a delegate of the root, and by nobody else', async () => {
    const signer = (name: string) => ({ signer: [`${name}.pem`, `${name}.key`], more: [] }) as const;
    await makeAnswer(workshop, 'e2', 'delegated.der', signer('delegate'));
    await makeAnswer(workshop, 'e2', 'subordinate.der', signer('e1'));
    const delegated = JSON.parse(await workshop.mustLancre(...importing, 'delegated.der'));
    assert.equal(delegated.answers[0].signedBy, 'delegate');
    assert.equal(await refusalOf(workshop, 'subordinate.der'), 'delegate_is_ca certs');
  });

  it('T-03: are refused, each with its reason, and the others of the same import are taken in', async () => {
    await workshop.write('octet.der', Uint8Array.of(0x30));
    const tampered = await workshop.read('e1-sha1.der');
    tampered[tampered.length - 1] = (tampered.at(-1) ?? 0) ^ 1;
    await workshop.write('tampered.der', tampered);
    await makeAnswer(workshop, 'e3', 'nonce.der', { nonce: '-nonce' });
    await makeAnswer(workshop, 'e3', 'endless.der', { days: [] });
    await makeAnswer(workshop, 'e3', 'century.der', { days: ['-ndays', '36500'] });
    await makeAnswer(workshop, 'e3', 'good.der');
    const files = ['octet.der', 'tampered.der', 'nonce.der', 'endless.der', 'century.der', 'good.der'];
    const { status, stdout } = await workshop.lancre(...importing, ...files);
    assert.equal(status, 65);
    const report = JSON.parse(stdout);
    assert.deepEqual(countsOf(report), { files: 6, taken: 1, unchanged: 0, refused: 5 });
    assert.deepEqual(report.refusals.map(reasonOf), [
      'too_short OCSPResponse',
      'signature_invalid signature',
      'nonce_present responseExtensions',
      'next_update_missing nextUpdate',
      'outlives_certificate nextUpdate',
    ]);
  });

  it('ORSP-33: are refused when their signature is by SHA-1', async () => {
    await makeAnswer(workshop, 'e1', 'weak.der', { more: ['-rmd', 'sha1'] });
    assert.equal(await refusalOf(workshop, 'weak.der'), 'signature_unsupported signature');
  });

  it('are refused when they are of an issuer that is not here', async () => {
    await makeSelfSigned(workshop, 'stranger');
    const strange = { issuer: 'stranger.pem', signer: ['stranger.pem', 'stranger.key'] } as const;
    await makeAnswer(workshop, 'e1', 'strange.der', strange);
    assert.equal(await refusalOf(workshop, 'strange.der'), 'issuer_unknown certID');
  });

  it('ORSP-38: are refused when a newer one is here', async () => {
    await makeNewerAnswer(workshop, 'e1', 'e1-newer.der', 'e1-sha1.der');
    await workshop.mustLancre(...importing, 'e1-newer.der');
    assert.equal(await refusalOf(workshop, 'e1-sha1.der'), 'older thisUpdate');
  });

  it('ORSP-27: are refused when they say good of what was revoked', async () => {
    await copyFile(workshop.path('index.txt'), workshop.path('before.txt'));
    const reason = ['-crl_reason', 'cessationOfOperation'];
    await workshop.openssl('ca', '-config', 'ca.cnf', '-revoke', 'e4.pem', ...reason);
    await makeAnswer(workshop, 'e4', 'revoked.der');
    const report = JSON.parse(await workshop.mustLancre(...importing, 'revoked.der'));
    assert.equal(report.answers[0].status, 'revoked');
    assert.equal(report.answers[0].reason, 'cessationOfOperation');
    await makeNewerAnswer(workshop, 'e4', 'revived.der', 'revoked.der', { index: 'before.txt' });
    assert.equal(await refusalOf(workshop, 'revived.der'), 'revoked_before certStatus');
  });

  describe('on a host that has no key of the root', () => {
    let clients: OpensslClients;
    let host: HostProcess;

    before(async () => {
      const ocspUrl = `${base}/o`;
      clients = new OpensslClients(workshop, { issuer: 'root.pem', trusted: 'root.pem', ocspUrl });
      host = await workshop.start(['serve', '--edge-runtime', 'node']);
    });
    after(() => host.stop());

    it('are given as they came', async () => {
      const answers = [
        [await clients.askByPost('e1.pem'), /e1\.pem: good/],
        [await clients.askByGet('e1.pem'), /e1\.pem: good/],
        [await clients.askByPost('e1.pem', '-sha256'), /e1\.pem: good/],
        [await clients.askByPost('e2.pem'), /e2\.pem: good/],
        [await clients.askByPost('e4.pem'), /e4\.pem: revoked[\s\S]*Reason: cessationOfOperation/],
      ] as const;
      for (const [said, expected] of answers) {
        assert.match(said, expected);
        assert.match(said, /Response verify OK/);
      }
      // No answer was brought for this hash.
      assert.match(await clients.askByPost('e4.pem', '-sha256'), /unauthorized/);
    });

    it('are given without a restart when they come later', async () => {
      assert.match(await clients.askByPost('e5.pem'), /unauthorized/);
      await makeAnswer(workshop, 'e5', 'e5.der');
      await workshop.mustLancre(...importing, 'e5.der');
      await until('the answer is given', async () => /e5\.pem: good/.test(await clients.askByPost('e5.pem')));
    });

    it('ORSP-26: say what the records say, once there are any, and are bound to them', async () => {
      await workshop.mustLancre('import', '--issuer', 'root', '--format', 'openssl-index', 'index.txt');
      assert.match(await clients.askByPost('e1.pem'), /unauthorized/);
      await workshop.mustLancre(...importing, 'e1-newer.der');
      assert.match(await clients.askByPost('e1.pem'), /e1\.pem: good/);
      // A revocation that is known here ends a good answer at once, whoever signed it.
      await workshop.mustLancre('revoke', 'e1.pem', '--reason', 'superseded');
      assert.match(await clients.askByPost('e1.pem'), /unauthorized/);
      assert.equal(await refusalOf(workshop, 'e1-newer.der'), 'record_disagrees certStatus');
    });
  });
});

interface AnswerWords {
  readonly hash?: '-sha1' | '-sha256';
  readonly nonce?: '-nonce' | '-no_nonce';
  readonly days?: readonly string[];
  readonly issuer?: string;
  readonly signer?: readonly [certificate: string, key: string];
  readonly index?: string;
  readonly more?: readonly string[];
}

/** What the keeper of an offline root does: a request is brought, and an answer taken away. */
async function makeAnswer(workshop: Workshop, name: string, out: string, words: AnswerWords = {}) {
  const { hash = '-sha1', nonce = '-no_nonce', days = ['-ndays', '90'], issuer = 'root.pem' } = words;
  const { signer = ['root.pem', 'root.key'], index = 'index.txt', more = ['-resp_no_certs'] } = words;
  const subject = ['-issuer', issuer, hash, '-cert', `${name}.pem`];
  await workshop.openssl('ocsp', ...subject, nonce, '-reqout', `${out}.req`);
  const [certificate, key] = signer;
  const responder = ['-index', index, '-CA', issuer, '-rsigner', certificate, '-rkey', key];
  await workshop.openssl('ocsp', ...responder, ...days, ...more, '-reqin', `${out}.req`, '-respout', out);
}

/** OpenSSL writes the time of the moment, in whole seconds. */
async function makeNewerAnswer(
  workshop: Workshop,
  name: string,
  out: string,
  older: string,
  words: AnswerWords = {},
): Promise<void> {
  await until(`an answer newer than ${older}`, async () => {
    await makeAnswer(workshop, name, out, words);
    return (await thisUpdateOf(workshop, out)) > (await thisUpdateOf(workshop, older));
  });
}

async function thisUpdateOf(workshop: Workshop, file: string): Promise<Date> {
  const response = decodeOcspResponse(await workshop.read(file));
  const single = response.status === 'successful' ? response.basic.responses[0] : undefined;
  assert.ok(single);
  return single.thisUpdate;
}

async function serialOf(workshop: Workshop, name: string): Promise<string> {
  const text = await workshop.openssl('x509', '-in', `${name}.pem`, '-noout', '-serial');
  return text.trim().replace(/^serial=/, '');
}

/** Imports a file that has to be refused. @returns `code field` */
async function refusalOf(workshop: Workshop, file: string): Promise<string> {
  const { status, stdout } = await workshop.lancre(...importing, file);
  assert.equal(status, 65);
  const { refusals } = JSON.parse(stdout);
  assert.equal(refusals.length, 1);
  return reasonOf(refusals[0]);
}

function reasonOf({ code, field }: { readonly code: string; readonly field: string }): string {
  return `${code} ${field}`;
}

function countsOf(report: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { files, taken, unchanged, refused } = report as Record<string, number>;
  return { files, taken, unchanged, refused };
}
